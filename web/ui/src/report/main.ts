/** Entry of the report page: telling of an offence, and following a report by its link. */
import { createApp } from "vue";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import App from "./App.vue";
import type { ReportData } from "./data.ts";

const boot = readBoot<ReportData>();
useMessages(boot.messages);
createApp(App, { data: boot.data }).mount("#app");

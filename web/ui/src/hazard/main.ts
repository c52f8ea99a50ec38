/** Entry of the hazard page: reporting one, and following one by its link. */
import { createApp } from "vue";
import App from "./App.vue";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import type { HazardData } from "./data.ts";

const boot = readBoot<HazardData>();
useMessages(boot.messages);
createApp(App, { data: boot.data, language: boot.lang }).mount("#app");

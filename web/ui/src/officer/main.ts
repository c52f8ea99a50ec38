/** Entry of the officer's page, for both doors: police, and auxiliary officers on their own. */
import "../shared/staff.css";
import "./officer.css";
import { createApp } from "vue";
import { useReasons } from "../shared/because.ts";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import App from "./App.vue";
import type { OfficerData } from "./data.ts";

const boot = readBoot<OfficerData>();
useMessages(boot.messages);
useReasons(boot.data.reasons);
createApp(App, { data: boot.data, lang: boot.lang }).mount("#app");

/** Entry of the commander's desk. */
import "../shared/staff.css";
import "./commander.css";
import { createApp } from "vue";
import { useReasons, type Reasons } from "../shared/because.ts";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import App from "./App.vue";

const boot = readBoot<{ platform: string; reasons: Reasons }>();
useMessages(boot.messages);
useReasons(boot.data.reasons);
createApp(App, { data: boot.data, lang: boot.lang }).mount("#app");

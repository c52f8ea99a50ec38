/** Entry of the page of a district's hazards. */
import "../shared/staff.css";
import "./hazards.css";
import { createApp } from "vue";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import App from "./App.vue";

const boot = readBoot<{ platform: string }>();
useMessages(boot.messages);
createApp(App, { data: boot.data, lang: boot.lang }).mount("#app");

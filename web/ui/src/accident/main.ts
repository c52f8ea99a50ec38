/** Entry of the page of an accident: the first question, the alert, the draft that both phones share. */
import { createApp } from "vue";
import App from "./App.vue";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import type { AccidentData } from "./data.ts";

const boot = readBoot<AccidentData>();
useMessages(boot.messages);
createApp(App, { data: boot.data }).mount("#app");

/** Entry of the wall. */
import "@fontsource/barlow-semi-condensed/latin-400.css";
import "@fontsource/barlow-semi-condensed/latin-500.css";
import "@fontsource/barlow-semi-condensed/latin-600.css";
import "./wall.css";
import { createApp } from "vue";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import App from "./App.vue";
import type { WallData } from "./data.ts";

const boot = readBoot<WallData>();
useMessages(boot.messages);
createApp(App, { data: boot.data, lang: boot.lang }).mount("#app");

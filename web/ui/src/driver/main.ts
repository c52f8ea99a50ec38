/** Entry of the driver's page: requester, owner and binding of a sticker. */
import { createApp } from "vue";
import App from "./App.vue";
import { readBoot } from "../shared/boot.ts";
import { useMessages } from "../shared/i18n.ts";
import type { DriverData } from "./data.ts";

const boot = readBoot<DriverData>();
useMessages(boot.messages);
createApp(App, { data: boot.data }).mount("#app");

/**
 * How the pages are built. Which pages there are, and in how many passes, stands in `build.ts`.
 */
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/static/dist/",
  publicDir: false,
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  build: {
    outDir: fileURLToPath(new URL("../static/dist", import.meta.url)),
    manifest: true,
    // WeChat's built-in browser on older phones is not newer than these.
    target: ["chrome87", "safari14"],
    modulePreload: { polyfill: false },
  },
});

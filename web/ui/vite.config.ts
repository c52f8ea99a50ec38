/**
 * How the pages are built: one entry per face, found by its `src/<face>/main.ts`.
 *
 * The server finds the files of an entry in `../static/dist/.vite/manifest.json`.
 */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const entries = Object.fromEntries(
  readdirSync(here("src"))
    .map((face): [string, string] => [face, here(`src/${face}/main.ts`)])
    .filter(([, main]) => existsSync(main)),
);

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  build: {
    outDir: here("../static/dist"),
    emptyOutDir: true,
    manifest: true,
    // WeChat's built-in browser on older phones is not newer than these.
    target: ["chrome87", "safari14"],
    modulePreload: { polyfill: false },
    rollupOptions: { input: entries },
  },
});

/**
 * Builds every page into `../static/dist` (or the folder given) with one manifest that names the files of each.
 *
 * One pass for the pages of the staff, which share their parts, and one for the driver's alone: what another page
 * needs of a shared part must not make the page heavier that somebody opens in the street. One more for the service
 * worker, which is one script and imports nothing.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = resolve(here, process.argv[2] ?? "../static/dist");
const faces = readdirSync(join(here, "src")).filter((face) => existsSync(join(here, "src", face, "main.ts")));

async function pass(names: string[], first: boolean): Promise<Record<string, unknown>> {
  await build({
    configFile: join(here, "vite.config.ts"),
    build: {
      outDir: target,
      emptyOutDir: first,
      rollupOptions: { input: Object.fromEntries(names.map((face) => [face, join(here, "src", face, "main.ts")])) },
    },
  });
  return JSON.parse(readFileSync(join(target, ".vite/manifest.json"), "utf8")) as Record<string, unknown>;
}

const ALONE = ["driver", "accident", "hazard", "report", "worker"];
const staff = faces.filter((face) => !ALONE.includes(face));
const manifest = staff.length ? await pass(staff, true) : {};
for (const face of ALONE) Object.assign(manifest, await pass([face], false));
writeFileSync(join(target, ".vite/manifest.json"), JSON.stringify(manifest, null, 2));

/**
 * The officer's page without a network: its shell and its files, of one build, and the tiles of the map that were seen;
 * and what is told while it is closed.
 *
 * Answers of the API never pass through here, so that no person's data can stay behind. The server prints `BUILD` before
 * this script: another build is another script, which waits until the page lets it take over.
 */
import { tileFor } from "./tiles.ts";
import { parted, toldOf } from "./told.ts";
import type { Word } from "./word.ts";

interface Build {
  /** Which build of the front end this is; the server says it with each page. */
  version: string;
  /** The one page of this worker's scope. */
  shell: string;
  /** What the page loads, at once or later. */
  files: string[];
  /** Where the map's tiles come from. */
  tiles: string[];
}

declare const BUILD: Build;
declare const self: ServiceWorkerGlobalScope;

const PREFIX = `wufen:${BUILD.shell}:`;
const CACHE = PREFIX + BUILD.version;
const FILES = "/static/dist/";
const BUILD_HEADER = "wufen-build";
/** So long a page waits for a network that says neither yes nor no. */
const PATIENCE_MS = 4000;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(BUILD.files);
  await keep(await fetch(BUILD.shell));
}

/** Only a page of this build: another one's needs files that are not here. */
async function keep(page: Response): Promise<void> {
  const ours = page.ok && page.type === "basic" && !page.redirected && page.headers.get(BUILD_HEADER) === BUILD.version;
  if (ours) await (await caches.open(CACHE)).put(BUILD.shell, page);
}

async function clear(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

const kept = async (path: string): Promise<Response | undefined> => (await caches.open(CACHE)).match(path);

/** The network first; without one, or when the server is ill, the page as it was. */
async function pageFor(event: FetchEvent): Promise<Response> {
  const asking = fetch(event.request);
  const inTime = await Promise.race([asking.catch(() => null), new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
  if (inTime && inTime.status < 500) {
    event.waitUntil(keep(inTime.clone()));
    return inTime;
  }
  return (await kept(BUILD.shell)) ?? asking;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(clear()));
self.addEventListener("message", (event) => {
  const build = (event.data as Word | null)?.build;
  if (build === BUILD.version || build === "any") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET") return;
  if (BUILD.tiles.includes(origin)) return event.respondWith(tileFor(event.request, PATIENCE_MS, (work) => event.waitUntil(work)));
  if (origin !== self.location.origin) return;
  if (mode === "navigate") {
    if (pathname === BUILD.shell) event.respondWith(pageFor(event));
  } else if (pathname.startsWith(FILES)) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(event.request)));
  }
});

self.addEventListener("push", (event) => {
  const told = toldOf(event.data?.text() ?? "");
  if (!told) return;
  const { title, body } = parted(navigator.language.startsWith("zh") ? told.zh : told.en);
  event.waitUntil(self.registration.showNotification(title, { body, tag: told.tag, icon: `${BUILD.shell}/icon-192.png`, requireInteraction: true }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((pages) => {
      const open = pages.find((page) => new URL(page.url).pathname === BUILD.shell);
      return open ? open.focus() : self.clients.openWindow(BUILD.shell);
    }),
  );
});

/**
 * The page as an app on the phone: its service worker, a new version when there is one, and the offer to install.
 *
 * Nothing is reloaded by itself: a new version waits until somebody asks for it, or until the page is opened anew.
 */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import type { Word } from "../worker/word.ts";

/** What Chromium shows when a page may be installed; elsewhere there is none. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

export interface Installing {
  /** A new version waits. */
  fresh: Ref<boolean>;
  offer: ShallowRef<InstallEvent | null>;
  update(): void;
  install(): Promise<void>;
}

const LOOK_EVERY_MS = 3_600_000;
/** A browser that has no worker waiting any more answers nothing: then an ordinary reload does it. */
const ANSWER_MS = 3000;

export function useInstalling(path: string, build: string): Installing {
  const fresh = ref(false);
  const offer = shallowRef<InstallEvent | null>(null);
  let registration: ServiceWorkerRegistration | null = null;
  let asked = false;

  const onOffer = (event: Event): void => {
    event.preventDefault();
    offer.value = event as InstallEvent;
  };
  addEventListener("beforeinstallprompt", onOffer);
  const timer = setInterval(() => void registration?.update().catch(() => undefined), LOOK_EVERY_MS);
  const reload = (): void => {
    if (asked) location.reload();
  };
  navigator.serviceWorker?.addEventListener("controllerchange", reload);
  onScopeDispose(() => {
    clearInterval(timer);
    removeEventListener("beforeinstallprompt", onOffer);
    navigator.serviceWorker?.removeEventListener("controllerchange", reload);
  });

  /** One that is of this page's own build takes over without a word; any other is news, unless it is the first. */
  const onWaiting = (worker: ServiceWorker): void => {
    worker.postMessage({ build } satisfies Word);
    const look = (): void => {
      fresh.value = worker.state === "installed";
    };
    worker.addEventListener("statechange", look);
    setTimeout(look, ANSWER_MS);
  };
  // Undefined where an administrator has switched workers off.
  const follow = (found: ServiceWorkerRegistration | undefined): void => {
    if (!found) return;
    registration = found;
    if (found.waiting) onWaiting(found.waiting);
    found.addEventListener("updatefound", () => {
      const worker = found.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed" && navigator.serviceWorker.controller) onWaiting(worker);
      });
    });
  };
  // After everything that the page itself needs.
  const begin = (): void => {
    const options: RegistrationOptions = { scope: path, updateViaCache: "none" };
    void navigator.serviceWorker?.register(`${path}/service-worker.js`, options).then(follow, () => undefined);
  };
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });

  return {
    fresh,
    offer,
    update() {
      asked = true;
      if (!registration?.waiting) return location.reload();
      registration.waiting.postMessage({ build: "any" } satisfies Word);
      setTimeout(() => location.reload(), ANSWER_MS);
    },
    async install() {
      await offer.value?.prompt();
      offer.value = null;
    },
  };
}

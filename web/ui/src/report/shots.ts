/** The photos and videos of one report on their way: which there are, how far each is, whether they are evidence enough. */
import { computed, onScopeDispose, ref, shallowRef, triggerRef, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { call } from "../shared/api.ts";
import { has, t } from "../shared/i18n.ts";
import { sentenceOf } from "../shared/sentences.ts";
import { newId, openUploads, type Sent, type Uploads } from "../shared/uploads.ts";
import type { Wanted } from "./data.ts";
import { examined, pause } from "../shared/examined.ts";

export interface Shot {
  id: string;
  kind: "photo" | "video";
  url: string;
  /** When it was added, by this phone's clock, in milliseconds. */
  at: number;
  /** Taken now, and not chosen from what was there. */
  live: boolean;
  state: "waiting" | "sending" | "paused" | "checking" | "ready" | "refused" | "failed";
  percent: number;
  gone: boolean;
}

export interface Shots {
  all: ShallowRef<Shot[]>;
  problem: Ref<string | null>;
  /** Photos that are missing still; 0 with a video. */
  missing: ComputedRef<number>;
  live: ComputedRef<boolean>;
  ready: ComputedRef<boolean>;
  /** Seconds until the next photo counts. */
  wait: Ref<number>;
  token(): string | null;
  add(files: File[], kind: "photo" | "video", live: boolean): void;
  remove(shot: Shot): void;
}

const PASS_RETRY_MS = 2000;

/** `bearer`: a report's own token; without one a pass is fetched with the first file. */
export function useShots(wanted: Wanted, bearer: string | null = null): Shots {
  const all = shallowRef<Shot[]>([]);
  const problem = ref<string | null>(null);
  const wait = ref(0);
  let token = bearer;
  let opening: Promise<Uploads | null> | null = null;

  const usable = computed(() => all.value.filter(({ state }) => state !== "refused" && state !== "failed"));
  const photos = computed(() => usable.value.filter(({ kind }) => kind === "photo"));
  const missing = computed(() => (usable.value.some(({ kind }) => kind === "video") ? 0 : Math.max(0, wanted.least - photos.value.length)));
  const live = computed(() => usable.value.length > 0 && usable.value.every((shot) => shot.live));
  const ready = computed(() => usable.value.length > 0 && usable.value.every(({ state }) => state === "ready"));

  const tick = (): void => {
    const last = photos.value.filter((shot) => shot.live).slice(-1)[0];
    wait.value = last ? Math.max(0, Math.ceil((last.at + wanted.seconds_apart * 1000 - Date.now()) / 1000)) : 0;
  };
  const timer = setInterval(tick, 250);
  onScopeDispose(() => {
    clearInterval(timer);
    void opening?.then((uploads) => uploads?.close());
    for (const shot of all.value) forget(shot);
  });

  const forget = (shot: Shot): void => {
    shot.gone = true;
    URL.revokeObjectURL(shot.url);
  };
  const say = (shot: Shot, state: Shot["state"], percent = shot.percent): void => {
    if (shot.gone) return;
    Object.assign(shot, { state, percent });
    triggerRef(all);
  };

  /** A pass for these files, asked for until there is one. */
  async function open(): Promise<Uploads | null> {
    for (;;) {
      try {
        token ??= (await call<{ token: string }>("/api/v1/upload-passes", { body: { purpose: "report" } })).token;
        return openUploads({ token, purpose: "report", onChange: follow });
      } catch (error) {
        problem.value = sentenceOf(error);
      }
      await pause(PASS_RETRY_MS);
    }
  }

  function follow(sent: readonly Sent[]): void {
    for (const { id, state, there, size, sentence } of sent) {
      const shot = all.value.find((one) => one.id === id);
      if (!shot || !["waiting", "sending", "paused"].includes(shot.state)) continue;
      if (state === "sent") void check(shot);
      else if (state === "refused") {
        problem.value = sentence;
        say(shot, "failed");
      } else say(shot, state === "broken" ? "paused" : state === "queued" ? "waiting" : "sending", Math.round((there / size) * 100));
    }
  }

  async function check(shot: Shot): Promise<void> {
    say(shot, "checking", 100);
    try {
      const why = await examined(shot.id, token!, () => shot.gone);
      say(shot, why === null ? "ready" : "refused");
      if (why !== null && !shot.gone) problem.value = t(has(`uploads.refused.${why}`) ? `uploads.refused.${why}` : "uploads.refused.unreadable");
    } catch (error) {
      problem.value = sentenceOf(error);
      say(shot, "failed");
    }
  }

  return {
    all, problem, missing, live, ready, wait,
    token: () => token,
    add(files, kind, onTheSpot) {
      problem.value = null;
      for (const file of files.slice(0, Math.max(0, wanted.most - usable.value.length))) {
        const shot: Shot = { id: newId(), kind, url: URL.createObjectURL(file), at: Date.now(), live: onTheSpot, state: "waiting", percent: 0, gone: false };
        all.value = [...all.value, shot];
        void (opening ??= open()).then((uploads) => shot.gone || uploads?.add(file, kind, shot.id));
      }
      tick();
    },
    remove(shot) {
      forget(shot);
      all.value = all.value.filter((other) => other !== shot);
      void opening?.then((uploads) => uploads?.drop(shot.id));
      tick();
    },
  }; // prettier-ignore
}

/**
 * The plate that a reader takes a photo to show: asked for while the officer has the form before him, and not for long.
 *
 * Without a reader the first answer says so, and nobody hears of it. The officer decides (`ParkingForm.vue`).
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { call } from "../shared/api.ts";

export interface PlateCandidate {
  plate: string;
  /** 0 to 1. */
  confidence: number;
  /** False: to be shown as doubtful. */
  sure: boolean;
}

export interface Reading {
  reading: "none" | "queued" | "read" | "unread";
  candidates: PlateCandidate[];
}

/** Between two questions; some twelve seconds in all, after which he has typed it. */
export const PAUSES_MS: readonly number[] = [250, 250, 400, 600, 800, 1200, 1600, 2000, 2500, 3000];
const NOTHING: Reading = { reading: "none", candidates: [] };

/** Asks until it is known what was read; `wait` says whether anybody is still there. What nobody knows in time is unread. */
export async function follow(ask: () => Promise<Reading>, wait: (ms: number) => Promise<boolean>, tell: (reading: Reading) => void): Promise<void> {
  for (const pause of PAUSES_MS) {
    const now = await ask();
    tell(now);
    if (now.reading !== "queued" || !(await wait(pause))) return;
  }
  tell({ reading: "unread", candidates: [] });
}

/** What is read of a photo once it `hasGone`; nothing while it waits for a network, or where it was refused. */
export function useReading(id: string, hasGone: () => boolean): { reading: Ref<Reading["reading"]>; candidates: ShallowRef<PlateCandidate[]> } {
  const reading = ref<Reading["reading"]>("none");
  const candidates = shallowRef<PlateCandidate[]>([]);
  let gone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (now: Reading): void => {
    if (gone) return;
    reading.value = now.reading;
    candidates.value = now.candidates;
  };
  const wait = (ms: number): Promise<boolean> => new Promise((done) => (timer = setTimeout(() => done(!gone), ms)));
  const ask = async (): Promise<Reading> => (await call<{ capture: Reading }>(`/api/v1/captures/${id}`)).capture;
  const begin = (has: boolean): void => void (has && follow(ask, wait, tell).catch(() => tell(NOTHING)));
  watch(hasGone, begin, { immediate: true });
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
  });
  return { reading, candidates };
}

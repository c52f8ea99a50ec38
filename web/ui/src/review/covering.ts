/** What is covered on the copy of a picture that others see: covered, taken back, and drawn anew by a worker meanwhile. */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { useDoing } from "../shared/doing.ts";
import type { Area, Size } from "./areas.ts";

export interface Region extends Area {
  id: string;
  kind: "face" | "plate" | "whole" | "hand";
  removed_at: string | null;
}

interface Regions extends Size {
  ready: boolean;
  regions: Region[];
}

export interface Covering {
  size: ComputedRef<Size | null>;
  /** Those that are covered, and those that were. */
  covered: ComputedRef<Region[]>;
  taken_back: ComputedRef<Region[]>;
  /** False while the copy for others is drawn anew: until then nobody else sees the picture. */
  ready: ComputedRef<boolean>;
  /** Changes with each new copy, so that it is asked for again. */
  copy: Ref<number>;
  busy: Ref<boolean>;
  problem: Ref<string>;
  cover(area: Area): Promise<boolean>;
  uncover(id: string): Promise<boolean>;
}

const LOOK_MS = 700;

export function useCovering(picture: () => string, onLost: () => void): Covering {
  const found: ShallowRef<Regions | null> = shallowRef(null);
  const copy = ref(0);
  const { busy, problem, go } = useDoing(onLost);
  let timer = 0;
  let gone = false;

  const load = async (): Promise<void> => {
    clearTimeout(timer);
    const id = picture();
    try {
      const told = await call<Regions>(`/api/v1/pictures/${id}/regions`);
      if (gone || id !== picture()) return;
      if (told.ready) copy.value += 1;
      found.value = told;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return onLost();
    }
    if (!gone && id === picture() && !found.value?.ready) timer = window.setTimeout(() => void load(), LOOK_MS);
  };
  watch(picture, () => ((found.value = null), (problem.value = ""), void load()), { immediate: true });
  onScopeDispose(() => ((gone = true), clearTimeout(timer)));

  const changed = async (answer: unknown): Promise<boolean> => {
    if (answer !== null) await load();
    return answer !== null;
  };
  return {
    size: computed(() => found.value && { width: found.value.width, height: found.value.height }),
    covered: computed(() => found.value?.regions.filter((one) => !one.removed_at) ?? []),
    taken_back: computed(() => found.value?.regions.filter((one) => one.removed_at) ?? []),
    ready: computed(() => found.value?.ready ?? false),
    copy,
    busy,
    problem,
    cover: async ({ left, top, width, height }) => changed(await go(`/api/v1/pictures/${picture()}/regions`, { left, top, width, height })),
    uncover: async (id) => changed(await go(`/api/v1/pictures/${picture()}/regions/${id}`, undefined, "DELETE")),
  }; // prettier-ignore
}

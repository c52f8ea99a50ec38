/** Where the colleagues of the district are, while somebody looks at the map: last known first, then as they move. */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import { call } from "../shared/api.ts";
import type { Hub } from "../shared/hub.ts";
import { useEvery } from "../shared/ticking.ts";
import { moved, type Unit } from "./marks.ts";

interface Moving {
  positions: { officer: string; lat: number; lng: number; at: string; status?: string | null }[];
}

interface Figures {
  on_duty: { officer: string; lat: number | null; lng: number | null; position_at: string | null; status?: string | null }[];
}

const AGAIN_MS = 60_000;

export function useUnits(district: string, hub: Readonly<ShallowRef<Hub | null>>): ShallowRef<ReadonlyMap<string, Unit>> {
  const units = shallowRef<ReadonlyMap<string, Unit>>(new Map());
  let stop: (() => void) | null = null;
  const take = ({ positions }: Moving): void => {
    units.value = moved(units.value, positions.map(({ officer, lat, lng, at, status }) => ({ officer, lat, lng, at: Date.parse(at), status: status ?? null })));
  };
  const load = async (): Promise<void> => {
    const { on_duty } = await call<Figures>(`/api/v1/districts/${district}/figures`);
    // Whoever has gone off duty is nowhere.
    const there = new Set(on_duty.map(({ officer }) => officer));
    units.value = new Map([...units.value].filter(([officer]) => there.has(officer)));
    take({ positions: on_duty.flatMap(({ officer, lat, lng, position_at: at, status = null }) => (lat === null || lng === null || !at ? [] : [{ officer, lat, lng, at, status }])) });
  };
  const look = (): void => void (document.visibilityState === "visible" && load().catch(() => undefined));
  watch(
    hub,
    (live) => {
      stop?.();
      stop = live?.listen<Moving>(`positions:${district}`, take) ?? null;
    },
    { immediate: true },
  );
  look();
  useEvery(AGAIN_MS, look);
  onScopeDispose(() => stop?.());
  return units;
}

/** On duty or not, and where. The server decides; a refusal is told, and nothing changes. */
import { ref, type Ref } from "vue";
import { call } from "../shared/api.ts";
import type { Position } from "../shared/hub.ts";
import type { Location } from "../shared/incident.ts";
import type { Offer } from "./order.ts";

/** `offers` are those that still wait for this officer's answer, at this position of his own channel. */
export interface Duty extends Partial<Position> {
  on_duty: boolean;
  district: string | null;
  offers?: (Offer & { incident: string })[];
}

export interface DutyState {
  /** Null until the server has said it. */
  duty: Ref<Duty | null>;
  busy: Ref<boolean>;
  load(): Promise<Duty>;
  change(onDuty: boolean, district: string, position: Location | null): Promise<void>;
}

export function useDuty(): DutyState {
  const duty = ref<Duty | null>(null);
  const busy = ref(false);

  const load = async (): Promise<Duty> => (duty.value = await call<Duty>("/api/v1/duty"));

  const change = async (onDuty: boolean, district: string, position: Location | null): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    try {
      const body = { on_duty: onDuty, district, ...(position ? { position } : {}) };
      await call("/api/v1/duty", { method: "PUT", body });
      duty.value = { on_duty: onDuty, district: onDuty ? district : null };
    } finally {
      busy.value = false;
    }
  };

  return { duty, busy, load, change };
}

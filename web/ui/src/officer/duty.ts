/** On duty or not, where, and what one is doing. The server decides; a refusal is told, and nothing changes. */
import { onScopeDispose, ref, watch, type Ref } from "vue";
import { call, newKey, serverNow } from "../shared/api.ts";
import type { Position } from "../shared/hub.ts";
import type { Location } from "../shared/incident.ts";
import { useEvery } from "../shared/ticking.ts";
import type { Offer } from "./order.ts";

export type UnitStatus = "off_duty" | "available" | "dispatched" | "en_route" | "on_scene" | "busy" | "break" | "out_of_service" | "panic";

export const VEHICLES = ["car", "motorcycle", "foot"] as const;
export type Vehicle = (typeof VEHICLES)[number];

export interface Zone {
  code: string;
  name: string;
  name_en: string;
  active: boolean;
}

/** A shift of a published roster for which this officer stands. Instants are ISO texts. */
export interface NextShift {
  id: string;
  district: string;
  name: string;
  role: string;
  starts_at: string;
  ends_at: string;
  zone: string | null;
  zone_name: string | null;
  zone_name_en: string | null;
}

/** One incident on its way from hand to hand, by service numbers; `mine`: this officer gives it. */
export interface Handover {
  id: string;
  incident: string;
  from: string;
  to: string;
  mine: boolean;
  note: string | null;
  asked_at: string;
}

/** What is asked about the position: `unasked` as long as this wording has had no answer. */
export interface ServerConsent {
  state: "unasked" | "given" | "refused";
  version: string;
  keep_days: number;
}

/** `offers` are those that still wait for this officer's answer, at this position of his own channel. */
export interface Duty extends Partial<Position> {
  on_duty: boolean;
  district: string | null;
  status: UnitStatus;
  zone: Zone | null;
  vehicle: Vehicle | null;
  planned: boolean;
  ends_at: string | null;
  off_by: string | null;
  consent: ServerConsent;
  next: NextShift[];
  handovers: Handover[];
  offers?: (Offer & { incident: string })[];
}

export interface SigningOn {
  position: Location | null;
  zone: string | null;
  vehicle: Vehicle | null;
  /** The answer of somebody who was just asked; null: he was not. */
  consent: boolean | null;
}

export interface DutyState {
  /** Null until the server has said it. */
  duty: Ref<Duty | null>;
  busy: Ref<boolean>;
  load(): Promise<Duty>;
  begin(district: string, saying: SigningOn): Promise<void>;
  end(district: string): Promise<void>;
  /** Ends the shift, having said of these incidents that they go back to the queue. */
  signOff(toQueue: readonly string[]): Promise<void>;
  /** The server said it elsewhere. */
  took(duty: Duty): void;
  consent(given: boolean): Promise<void>;
  /** Puts off the end that would come by itself. */
  stay(minutes: number): Promise<void>;
}

const EVERY_MS = 60_000;
const AFTER_ITS_END_MS = 1500;

export function useDuty(): DutyState {
  const duty = ref<Duty | null>(null);
  const busy = ref(false);

  const load = async (): Promise<Duty> => (duty.value = await call<Duty>("/api/v1/duty"));
  const put = async (path: string, body: unknown): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    try {
      duty.value = await call<Duty>(`/api/v1/duty${path}`, { method: "PUT", body });
    } finally {
      busy.value = false;
    }
  };

  // A shift may end without this phone: at its grace, or on another one.
  useEvery(EVERY_MS, () => duty.value?.on_duty && void load().catch(() => undefined));
  let over: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => duty.value?.off_by,
    (by) => {
      clearTimeout(over);
      const left = by ? Date.parse(by) - serverNow() : Number.NaN;
      if (left < EVERY_MS) over = setTimeout(() => void load().catch(() => undefined), Math.max(0, left) + AFTER_ITS_END_MS);
    },
  );
  onScopeDispose(() => clearTimeout(over));

  return {
    duty,
    busy,
    load,
    begin: (district, { position, zone, vehicle, consent }) =>
      put("", { on_duty: true, district, ...(position ? { position } : {}), ...(zone ? { zone } : {}), ...(vehicle ? { vehicle } : {}), ...(consent === null ? {} : { consent }) }),
    end: (district) => put("", { on_duty: false, district }),
    signOff: (toQueue) => put("/sign-off", { items: toQueue.map((incident) => ({ incident, to: "queue" })) }),
    took: (said) => (duty.value = said),
    consent: (given) => put("/consent", { given }),
    stay: async (minutes) => {
      await call("/api/v1/duty/stay", { body: { minutes }, key: newKey() });
      await load();
    },
  };
}

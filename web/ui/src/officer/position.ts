/**
 * Where the officer is: watched on duty and with consent only, told to the server when it has changed enough.
 *
 * Without it everything works; distances are missing then.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { metresBetween } from "../shared/geography.ts";
import type { Location } from "../shared/incident.ts";

export type Consent = "unasked" | "given" | "refused";

export interface PositionWatch {
  here: ShallowRef<Location | null>;
  consent: Ref<Consent>;
  /** Consent is given, but the phone gives no position. */
  missing: Ref<boolean>;
  decide(consent: Consent): void;
  once(): Promise<Location | null>;
}

const STORE = "wufen:position";
const EVERY_MS = 15_000;
const AT_LEAST_EVERY_MS = 60_000;
const MOVED_METRES = 25;
const FIRST_FIX_MS = 4000;

export function usePosition(onDuty: Ref<boolean>): PositionWatch {
  const here = shallowRef<Location | null>(null);
  const consent = ref<Consent>((localStorage.getItem(STORE) as Consent | null) ?? "unasked");
  const missing = ref(false);
  let watching: number | null = null;
  let told: { at: number; place: Location } | null = null;

  const tell = async (place: Location): Promise<void> => {
    const now = Date.now();
    if (told && now - told.at < EVERY_MS) return;
    if (told && now - told.at < AT_LEAST_EVERY_MS && metresBetween(told.place, place) < MOVED_METRES) return;
    told = { at: now, place };
    await call("/api/v1/duty/position", { method: "PUT", body: place }).catch((error: unknown) => {
      if (error instanceof ApiError && error.transient) told = null;
    });
  };

  const start = (): void => {
    if (watching !== null || !navigator.geolocation) return;
    const options = { enableHighAccuracy: true, maximumAge: 10_000, timeout: 20_000 };
    watching = navigator.geolocation.watchPosition(onFix, onMissing, options);
  };
  const onFix = ({ coords }: GeolocationPosition): void => {
    missing.value = false;
    here.value = { lat: coords.latitude, lng: coords.longitude, accuracy_m: Math.round(coords.accuracy), crs: "wgs84" };
    void tell(here.value);
  };
  const onMissing = (): void => {
    missing.value = true;
  };
  const stop = (): void => {
    if (watching !== null) navigator.geolocation.clearWatch(watching);
    watching = told = null;
    here.value = null;
  };

  watch([onDuty, consent], () => (onDuty.value && consent.value === "given" ? start() : stop()), { immediate: true });
  onScopeDispose(stop);

  return {
    here,
    consent,
    missing,
    decide(next) {
      consent.value = next;
      localStorage.setItem(STORE, next);
    },
    once: () => (consent.value === "given" ? firstFix() : Promise.resolve(null)),
  };
}

/** The position for going on duty; nobody waits long for it. */
function firstFix(): Promise<Location | null> {
  if (!navigator.geolocation) return Promise.resolve(null);
  return new Promise((resolve) => {
    const found = ({ coords }: GeolocationPosition): void =>
      resolve({ lat: coords.latitude, lng: coords.longitude, accuracy_m: Math.round(coords.accuracy), crs: "wgs84" });
    navigator.geolocation.getCurrentPosition(found, () => resolve(null), { timeout: FIRST_FIX_MS, maximumAge: 60_000 });
    setTimeout(() => resolve(null), FIRST_FIX_MS + 500);
  });
}

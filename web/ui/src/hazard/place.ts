/** Where the hazard is: by the phone's position, by a pin on the map, or in words; and what is open there already. */
import { computed, ref, shallowRef } from "vue";
import { whereAmI } from "../driver/location.ts";
import { call } from "../shared/api.ts";
import type { Point } from "../shared/geography.ts";
import type { Location } from "../shared/incident.ts";
import type { Category, Near } from "./data.ts";

type Found = { district: string | null; hazards: Near[]; around: Near[] };

export function usePlace(category: () => Category | null) {
  const location = shallowRef<Location | null>(null);
  const by = ref<"phone" | "pin" | null>(null);
  const locating = ref<"idle" | "asking" | "refused">("idle");
  const found = shallowRef<Found | null>(null);
  /** The place is known and lies in none of our districts. */
  const outside = computed(() => location.value !== null && found.value !== null && found.value.district === null);
  let asked = 0;

  /** What is there already; not knowing it keeps nobody from reporting. */
  async function look(): Promise<void> {
    const mine = ++asked;
    const [where, reason] = [location.value, category()];
    if (!where || !reason) return void (found.value = null);
    const query = new URLSearchParams({ reason, lat: String(where.lat), lng: String(where.lng) });
    const answer = await call<Found>(`/api/v1/hazards/near?${query}`).catch(() => null);
    if (mine === asked) found.value = answer;
  }

  async function locate(): Promise<void> {
    if (locating.value === "asking") return;
    locating.value = "asking";
    try {
      location.value = await whereAmI();
      by.value = "phone";
      locating.value = "idle";
    } catch {
      locating.value = "refused";
    }
    await look();
  }

  function put(point: Point): void {
    location.value = { ...point, accuracy_m: null, crs: "wgs84" };
    by.value = "pin";
    void look();
  }

  /** In words instead. */
  function drop(): void {
    location.value = by.value = found.value = null;
    asked++;
  }

  return { location, by, locating, found, outside, look, locate, put, drop };
}

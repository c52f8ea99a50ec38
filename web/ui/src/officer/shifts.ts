/** How shifts, zones and hand-overs are told on the officer's phone. Times are Beijing's. */
import { wallDate, wallTime } from "../shared/beijing.ts";
import { t } from "../shared/i18n.ts";
import { zoneName } from "../shared/zones.ts";
import type { NextShift } from "./duty.ts";

const DAY_MS = 86_400_000;

/** `今天 22:00–次日 06:00` */
export function shiftTime({ starts_at, ends_at }: Pick<NextShift, "starts_at" | "ends_at">, now: number): string {
  const across = wallDate(starts_at) !== wallDate(ends_at);
  return t(across ? "duty.next.across" : "duty.next.time", { day: dayOf(starts_at, now), from: wallTime(starts_at), to: wallTime(ends_at) });
}

/** Today, tomorrow, or the date. */
export function dayOf(instant: string, now: number): string {
  const day = wallDate(instant);
  if (day === wallDate(now)) return t("duty.today");
  if (day === wallDate(now + DAY_MS)) return t("duty.tomorrow");
  return t("duty.date", { month: Number(day.slice(5, 7)), day: Number(day.slice(8, 10)) });
}

export function whereOf(shift: NextShift): string {
  if (!shift.zone) return t("duty.zone.none");
  const { zone, zone_name, zone_name_en } = shift;
  return zoneName({ name: zone_name ?? zone, name_en: zone_name_en ?? zone });
}

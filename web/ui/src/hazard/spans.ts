/** Pure: how long until an instant or since it, in days and hours: nobody watches a pothole by the second. */
import { t } from "../shared/i18n.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function spanOf(ms: number): string {
  const length = Math.abs(ms);
  const days = Math.floor(length / DAY);
  const hours = Math.floor((length % DAY) / HOUR);
  if (days >= 3 || (days && !hours)) return t("hazard.days", { n: days });
  if (days) return t("hazard.days_hours", { n: days, m: hours });
  return hours ? t("hazard.hours", { n: hours }) : t("hazard.minutes", { n: Math.max(1, Math.floor(length / MINUTE)) });
}

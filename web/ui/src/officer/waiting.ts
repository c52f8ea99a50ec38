/** How the page speaks of what waits on this phone. */
import { t } from "../shared/i18n.ts";

/** `2 项操作、3 张照片` */
export function countText({ steps, photos }: { steps: number; photos: number }): string {
  const counted = (what: string, n: number): string => (n ? t(n === 1 ? `officer.waiting.${what}.one` : `officer.waiting.${what}`, { n }) : "");
  const parts = [counted("steps", steps), counted("photos", photos)];
  return parts.filter(Boolean).join(t("officer.waiting.and"));
}

/** `0.4 MB`, `40 MB` */
export const megabytes = (bytes: number): string => `${bytes < 9.95 * 1_048_576 ? (bytes / 1_048_576).toFixed(1) : Math.round(bytes / 1_048_576)} MB`;

/** How long people have, in words: whole minutes where it is so many. */
import { t } from "../shared/i18n.ts";

export const durationOf = (seconds: number): string =>
  seconds % 60 === 0 ? t("driver.duration.minutes", { n: seconds / 60 }) : t("driver.duration.seconds", { n: seconds });

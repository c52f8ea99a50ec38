/**
 * Why: the reasons that are offered for a command (printed by the server, data beside the rules), and the sentence of
 * why somebody was asked. A code has a word in the catalogue; what a person wrote stands as it is.
 */
import { has, t } from "./i18n.ts";

export type Reasons = Readonly<Record<string, readonly string[]>>;

/** The server's limit for a reason in words of one's own. */
export const LONGEST_REASON = 200;

let offered: Reasons = {};

export function useReasons(reasons: Reasons | undefined): void {
  offered = reasons ?? {};
}

/** The last one is `other`: words of one's own. */
export const reasonsFor = (command: string): readonly string[] => offered[command] ?? ["other"];

export const becauseText = (reason: string): string => (has(`staff.because.${reason}`) ? t(`staff.because.${reason}`) : reason);

/** The facts behind an offer; metres and seconds are whole, what is not known is null. */
export interface WhyAsked {
  stage: string;
  nth?: number;
  metres?: number | null;
  position_age_seconds?: number | null;
  fresh?: boolean;
  busy?: boolean;
  ring_m?: number | null;
  /** His shift covers the zone of the incident; how much he has in hand or is asked about already. */
  in_zone?: boolean;
  load?: number;
  by?: string;
  reason?: string | null;
}

/** "nearest free, 240 m, position 12 s old, within the 300 m ring, asked no. 2" */
export function whyText(why: WhyAsked | null | undefined): string {
  if (!why) return "";
  const parts: string[] = [];
  if (why.stage === "order") parts.push(t("staff.why.order", { by: why.by ?? "" }), ...(why.reason ? [becauseText(why.reason)] : []));
  else if (why.stage === "on_duty") parts.push(t("staff.why.on_duty"));
  else {
    if (why.stage === "backup") parts.push(t("staff.why.backup"));
    parts.push(t(why.busy ? "staff.why.busy" : why.fresh && why.metres != null ? "staff.why.nearest.free" : "staff.why.free"));
    parts.push(why.metres == null ? t("staff.why.unknown") : t("staff.why.metres", { n: why.metres }));
    if (why.position_age_seconds != null) parts.push(ageText(why.position_age_seconds));
    if (why.in_zone) parts.push(t("staff.why.in_zone"));
    if (why.load) parts.push(t("staff.why.load", { n: why.load }));
    if (why.ring_m) parts.push(t("staff.why.ring", { n: why.ring_m }));
    if (why.nth) parts.push(t("staff.why.nth", { n: why.nth }));
  }
  return parts.join(t("staff.why.comma"));
}

const ageText = (seconds: number): string =>
  seconds < 180 ? t("staff.why.age", { n: seconds }) : t("staff.why.age.minutes", { n: Math.round(seconds / 60) });

/** How incidents are called on the staff's pages. Codes are for machines, words stand in the catalogue. */
import { has, t } from "./i18n.ts";
import type { Incident } from "./incident.ts";
import { GRAVE } from "./urgency.ts";

export function kindText(incident: Incident): string {
  return t(`staff.kind.${incident.kind}`);
}

export function reasonText(incident: Incident): string {
  return incident.reason ? t(`staff.reason.${incident.reason}`) : kindText(incident);
}

export function placeText(incident: Incident): string {
  if (incident.place) return incident.place;
  if (!incident.location) return t("staff.place.unknown");
  return t(incident.kind === "move_car" ? "staff.place.located" : "staff.place.scene");
}

/** Who holds the ball, in one word: the owner on the way counts more than that he was asked. */
export function stateText(incident: Incident): string {
  if (incident.status === "closed") return outcomeText(incident);
  const waiting = incident.status === "waiting" || incident.status === "offered";
  if (waiting && incident.nobody_on_duty) return t("staff.state.nobody");
  if (waiting && incident.reply) return t(`staff.reply.${incident.reply}`);
  if (incident.status === "waiting" && incident.kind === "accident") return t("staff.state.settling");
  // Only of a car that is in the way is somebody asked before an officer.
  if (waiting && incident.kind !== "move_car") return t("staff.state.offered");
  return t(`staff.state.${incident.status}`);
}

/** How it ended: a car was moved, parties agreed. */
export function outcomeText(incident: Incident): string {
  const agreed = incident.kind === "accident" && incident.outcome === "settled";
  return t(`staff.outcome.${agreed ? "agreed" : (incident.outcome ?? "resolved")}`);
}

export function eventText(event: string): string {
  return has(`staff.event.${event}`) ? t(`staff.event.${event}`) : event;
}

/** Urgent by its nature: a fire lane is blocked, somebody is hurt. Red from the first second, whatever the clock says. */
export const isGrave = (incident: Incident): boolean => incident.reason === "fire_lane" || incident.priority >= GRAVE;

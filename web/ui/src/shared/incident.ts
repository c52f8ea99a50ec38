/**
 * The shapes that the server sends: feed views, pulled views, publications. Types only.
 *
 * Instants are ISO 8601 in UTC.
 */
import type { Versioned } from "./fold.ts";

export type Kind = "move_car" | "accident" | "report" | "hazard";
export type Status = "waiting" | "offered" | "accepted" | "on_scene" | "closed";
export type Outcome = "settled" | "resolved" | "cancelled" | "rejected" | "duplicate" | "expired";
export type Reason = "blocking" | "space" | "fire_lane" | "other";
export type Reply = "coming" | "cannot" | "not_mine" | "moved";

export interface Location {
  lat: number;
  lng: number;
  accuracy_m?: number | null;
  crs: "wgs84" | "gcj02";
}

/** What every subscriber of a feed may see; `officer` is absent outside the district's own feed. */
export interface Incident extends Versioned {
  kind: Kind;
  status: Status;
  outcome: Outcome | null;
  district: string;
  reason: Reason | null;
  plate: string;
  place: string | null;
  location: Location | null;
  requested_at: string;
  respond_by: string;
  response_seconds: number;
  answered_at: string | null;
  reply: Reply | null;
  promised_by: string | null;
  deferred: boolean;
  handed_over_at: string | null;
  accepted_at: string | null;
  arrived_at: string | null;
  moved_at: string | null;
  breached_at: string | null;
  closed_at: string | null;
  escalation: number;
  priority: number;
  requesters: number;
  photos: number;
  unit: string | null;
  officer?: string | null;
  nobody_on_duty: boolean;
  call: string;
  /** The incident that goes on for this duplicate. */
  merged_into?: string | null;
  /** Its officer was sent and has not said yet that he goes. */
  to_confirm?: boolean;
  backup_at?: string | null;
  backup_wanted?: number;
  supporting?: Supporter[];
  /** In which zone it lay when it was filed; null where no zone's border says so. */
  zone?: { code: string; name: string; name_en: string } | null;
}

/** A unit beside the officer who has it. */
export interface Supporter {
  officer: string;
  unit: string;
  since: string;
  to_confirm: boolean;
  arrived_at: string | null;
}

export interface TimelineEntry {
  event: string;
  at: string;
  by?: "requester" | "owner" | "officer" | "commander" | "system";
  detail?: unknown;
}

export interface Photo {
  id: string;
  url: string;
}

/** One message to a contact of the owner on one channel. Why it failed is told to the staff only. */
export interface Notice {
  kind: string;
  channel: string;
  contact: number;
  status: "queued" | "sent" | "delivered" | "seen" | "answered" | "failed" | "unknown" | "cancelled";
  at: string;
  sent_at: string | null;
  delivered_at: string | null;
  seen_at: string | null;
  due_at: string;
  failure?: string | null;
  code?: string | null;
}

/** `GET /api/v1/incidents/{id}`: the view for this caller, with its position in the `incident:` channel. */
export interface PulledIncident extends Omit<Incident, "photos"> {
  timeline: TimelineEntry[];
  messages?: { text: string; at: string }[];
  photos: Photo[];
  notices?: Notice[];
  offset: number;
  epoch: string;
  now: string;
  you?: { role: "requester" | "owner"; withdrawn_at: string | null; stars: number | null; minutes?: number[]; told?: string | null };
}

export interface Publication<View = Incident> {
  event: string;
  incident: View;
  at: string;
}

/** An officer's alarm, until a commander has cleared it. */
export interface Panic extends Versioned {
  district: string;
  officer: string;
  unit: string;
  status: "raised" | "withdrawn" | "cleared";
  incident: string | null;
  raised_at: string;
  again_at: string;
  location: Location | null;
  position_at: string | null;
  withdrawn_at: string | null;
  cleared_at: string | null;
  cleared_by: string | null;
}

/** A publication that is about an alarm and of no incident. */
export interface PanicPublication {
  event: "panic" | "panic_withdrawn" | "panic_cleared";
  panic: Panic;
  at: string;
}

export const isPanic = (publication: object): publication is PanicPublication => "panic" in publication;

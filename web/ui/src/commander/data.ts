/** What the server tells a desk beside the board (`GET /api/v1/districts/{code}/desk`), and what phones say meanwhile. */
import type { WhyAsked } from "../shared/because.ts";
import type { DistrictView } from "../shared/districts.ts";
import type { StandingAlert } from "../shared/watched.ts";

export type OfferKind = "take" | "assign" | "support" | "assign_support";

/** Who was asked or sent, and the three facts: when his phone had it, when he saw it, when he took it. */
export interface AskedOfficer {
  id: string;
  officer: string;
  unit: string;
  kind: OfferKind;
  status: "pending" | "received" | "seen" | "accepted" | "declined" | "lapsed" | "withdrawn";
  why: WhyAsked | null;
  offered_at: string;
  ack_by: string;
  received_at: string | null;
  seen_at: string | null;
  accepted_at: string | null;
  decided_at: string | null;
  reason: string | null;
}

export interface Unit {
  officer: string;
  unit: string;
  role: string;
  busy: boolean;
  status: string;
  since: string;
  lat: number | null;
  lng: number | null;
  position_at: string | null;
}

export interface Suggestion {
  duplicate: string;
  into: string;
  metres: number | null;
  seconds_apart: number;
  same_plate: boolean;
}

export interface DeskView {
  district: string;
  at: string;
  offers: Record<string, AskedOfficer[]>;
  on_duty: Unit[];
  duplicates: Suggestion[];
  watched?: StandingAlert[];
  neighbours: DistrictView[];
}

const OPEN = new Set(["pending", "received", "seen"]);
type Fact = Pick<AskedOfficer, "id" | "status" | "received_at" | "seen_at"> & { incident: string };

/** The offers with what phones said of them; null when one of them is not known here. An ended offer stays ended. */
export function withSaid(offers: DeskView["offers"], said: readonly Fact[]): DeskView["offers"] | null {
  let after = offers;
  for (const { id, incident, status, received_at, seen_at } of said) {
    const all = after[incident];
    const known = all?.find((one) => one.id === id);
    if (!all || !known) return null;
    const now = { ...known, received_at, seen_at, status: OPEN.has(known.status) ? status : known.status };
    after = { ...after, [incident]: all.map((one) => (one.id === id ? now : one)) };
  }
  return after;
}

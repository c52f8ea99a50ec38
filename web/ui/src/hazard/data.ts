/** What the server prints for the hazard page. Types only. */
import type { PulledIncident } from "../shared/incident.ts";

export type Category =
  | "signal_out" | "sign_missing" | "marking_worn" | "barrier_broken" | "manhole" | "pothole" | "lamp_out" | "spill"
  | "debris" | "obstructing" | "fire_lane" | "other"; // prettier-ignore

export interface HazardFacts {
  body: string;
  agency: string | null;
  agency_en: string | null;
  /** Once it is closed: until when a follower may say that it is still there. */
  reopen_until: string | null;
}

export interface PulledHazard extends PulledIncident {
  hazard?: HazardFacts;
}

export interface HazardData {
  mode: "report" | "follow";
  platform: string;
  categories: Category[];
  photos_most: number;
  districts: { code: string; name: string }[];
  /** Follow: the secret of the link, and the hazard as it was when the page was printed. */
  token?: string;
  incident?: PulledHazard;
}

export interface Near {
  id: string;
  reason: Category;
  status: string;
  place: string | null;
  lat: number | null;
  lng: number | null;
  metres: number;
  requested_at: string;
  promised_by: string | null;
  followers: number;
}

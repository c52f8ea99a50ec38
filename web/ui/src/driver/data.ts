/** What the server prints for the driver's page. Types only. */
import type { PulledIncident, Reason } from "../shared/incident.ts";

export type DriverMode = "request" | "bind" | "owner" | "paused";

export type Feature = "request_photos";

export interface DriverData {
  mode: DriverMode;
  sticker: string;
  /** Owner: the secret of the link, which is also the bearer token. */
  token?: string;
  plate_hint: string;
  plate_length: number;
  platform: string;
  district_name: string;
  reasons: Reason[];
  /** After how many seconds an officer must have it, by reason, as the rules are now. */
  response_seconds: Record<Reason, number>;
  /** What is switched on for this sticker beyond the request itself. */
  features: Feature[];
  /** Owner: the incident that the link is about, as it was when the page was printed. */
  incident?: PulledIncident;
}

/** What the server prints for the driver's page. Types only. */
import type { PulledIncident, Reason } from "../shared/incident.ts";

export type DriverMode = "request" | "bind" | "owner" | "paused";

export type Wechat = "offer" | "linked" | "refused" | "stand_in" | "away";

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
  /** How many photos may go with a request, as the rules are now; 0: photos are not switched on for this sticker. */
  photos_most: number;
  /** Owner: the incident that the link is about, as it was when the page was printed. */
  incident?: PulledIncident;
  /** Owner in WeChat's browser: whether he is told there, or how his wish has just ended. */
  wechat?: Wechat;
}

/** What the server prints for the report page, and a report as whoever told of it sees it. Types only. */
export type Offence =
  | "obstructing" | "fire_lane" | "bus_stop" | "sign" | "line" | "emergency_lane" | "red_light" | "wrong_way"
  | "solid_line" | "other"; // prettier-ignore

export interface Wanted {
  least: number;
  most: number;
  seconds_apart: number;
  /** 0: no videos here. */
  video_seconds: number;
}

export interface ReportData {
  mode: "tell" | "follow";
  platform: string;
  offences: Offence[];
  districts: { code: string; name: string }[];
  wanted: Wanted;
  /** Follow: the secret of the link, and the report as it was when the page was printed. */
  token?: string;
  report?: OwnReport;
}

export type ReportState = "waiting" | "more" | "second" | "verified" | "rejected" | "duplicate" | "lapsed" | "withdrawn" | "objected";

export interface ReportStep {
  command: string;
  state: ReportState;
  at: string;
  by: string;
  reason?: string | null;
  note?: string | null;
}

export interface OwnReport {
  id: string;
  state: ReportState;
  version: number;
  offence: Offence;
  plate: string;
  place?: string | null;
  happened_at: string;
  filed_at: string;
  due_by: string;
  /** Working days until `due_by`; null once it is past, or decided. */
  days_left?: number | null;
  reason?: string | null;
  media: number;
  people: number;
  on_the_way?: boolean;
  steps: ReportStep[];
  first?: boolean;
  may_object?: boolean;
  may_withdraw?: boolean;
  more_by?: string | null;
}

export interface Told {
  report: string | null;
  access_token: string | null;
  joined: boolean;
  same: { because: "picture" | "vehicle" } | null;
}

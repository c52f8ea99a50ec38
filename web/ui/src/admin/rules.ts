/** What the rule desk's part of the API sends. Types, and the paths of its calls. */
import type { Words } from "../shared/words.ts";

export type ColumnType = "choice" | "number" | "flag";

export interface Column {
  field: string;
  type: ColumnType;
  choices?: string[];
  least?: number;
  most?: number;
  usual: string | number | boolean | null;
  /** The cell holds a list. */
  many: boolean;
  /** An output that may stay empty. */
  optional: boolean;
}

export interface Row {
  id: string;
  cells: Record<string, string>;
  note: Words;
}

export type Result = Record<string, unknown>;

/** A case with the result that it must have, whatever else changes. */
export interface Golden {
  name: Words;
  given: Record<string, unknown>;
  then: Result | Result[];
}

export interface Grid {
  rows: Row[];
  golden: Golden[];
}

export interface Place {
  code: string;
  kind: "city" | "district";
  name: string;
  name_en: string;
  may_change: boolean;
}

export interface InForce {
  version: string | null;
  number: number | null;
  from: "district" | "city" | "shipped";
  since: string | null;
  scheduled: { version: string | null; active_from: string } | null;
}

export interface About {
  table: string;
  policy: "first" | "unique" | "collect";
  sentence: { zh: string; en: string };
  source: Words;
  inputs: Column[];
  outputs: Column[];
  /** A version can be tried for a share of the cars. */
  tried: boolean;
}

export interface Listed extends About {
  in_force: (InForce & { scope: string; waiting: number })[];
}

export interface Listing {
  places: Place[];
  tables: Listed[];
}

export type State = "draft" | "checked" | "rejected" | "withdrawn" | "approved" | "scheduled" | "active" | "retired";

export interface VersionLine {
  version: string;
  number: number;
  scope_code: string;
  state: State;
  note: string | null;
  author: string;
  created_at: string;
  checked_at: string | null;
  decided_by: string | null;
  decided_at: string | null;
  decided_reason: string | null;
  withdrawn_at: string | null;
}

export interface TableView extends About {
  scope: Place;
  in_force: InForce & Grid;
  versions: VersionLine[];
}

export interface Difference {
  what: "added" | "removed" | "changed" | "moved";
  id: string;
  row: number;
  from?: number;
  /** Of a changed row each cell before and after; else the cells as they are or were. */
  cells?: Record<string, string | { before: string; after: string }>;
}

export interface VersionView extends About, VersionLine, Grid {
  in_force: InForce;
  differences: Difference[];
  yours: boolean;
}

export interface Fault {
  code: string;
  sentence: string;
  /** From 1, as `case`. */
  row: number | null;
  column: string | null;
  case: number | null;
  params: Record<string, unknown>;
}

export interface Change {
  incident: string;
  at: string;
  inputs: Record<string, unknown>;
  before: Result[];
  after: Result[];
}

export interface Replay {
  asked: number;
  changed: number;
  unanswered: number;
  complete: boolean;
  days: number;
  changes: Change[];
}

const BASE = "/api/v1/admin/rules";
export const LIST = BASE;
export const tablePath = (table: string, scope: string): string => `${BASE}/tables/${table}?scope=${encodeURIComponent(scope)}`;
export const doPath = (table: string, what: "validate" | "ask" | "replay" | "versions" | "roll_back"): string => `${BASE}/tables/${table}/${what}`;
export const versionPath = (id: string, step?: "submit" | "approve" | "reject" | "withdraw" | "activate"): string => `${BASE}/versions/${id}${step ? `/${step}` : ""}`;

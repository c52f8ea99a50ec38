/** What the server prints for the page of an accident, and what its API tells. Types only. */
export interface AccidentData {
  platform: string;
  call: string;
  /** The secret of a party's link, which is also the bearer token; and whose accident it opens. */
  token?: string;
  accident?: string;
  /** The code of the other phone, off its QR code. */
  join?: string;
  districts: { code: string; name: string }[];
  answers: string[];
  manoeuvres: Record<string, string[]>;
  grades: string[];
  weather: string[];
  vehicles: string[];
  /** Where a vehicle can be hit. */
  impacts: string[];
}

export interface Details {
  name: string | null;
  licence: string | null;
  phone: string | null;
  vehicle_type: string | null;
  plate: string | null;
  insurer: string | null;
  policy: string | null;
  impact: string | null;
  statement: string | null;
}
export const DETAILS = ["name", "licence", "phone", "vehicle_type", "plate", "impact", "insurer", "policy", "statement"] as const;

export interface Party {
  side: "a" | "b";
  complete: boolean;
  signed: boolean;
  did: string | null;
  grade: string | null;
  details: Details;
}

export interface AccidentView {
  id: string;
  you: "a" | "b" | null;
  status: string;
  path: "police" | "settle";
  answers: string[];
  move: boolean;
  rescue: boolean;
  respond_by: string;
  reported_at: string;
  happened_at: string;
  weather: string | null;
  form: string | null;
  shots: string[];
  terms: number;
  suggested: string | null;
  because: { zh?: string; en?: string };
  parties: Party[];
  photos: { id: string; url: string; shot: string | null; at: string }[];
  /** Photos on their way, as far as the server has heard of them: the other phone's, too. */
  coming: number;
  documents: Document[];
  review_by: string | null;
  review: Review | null;
}

export interface Document {
  id: string;
  kind: "agreement" | "determination";
  code: string;
  made_at: string;
  withdrawn_at: string | null;
  withdrawn_reason: string | null;
  received: { side: "a" | "b"; answer: "signed" | "refused"; at: string }[];
  url: string;
}

export interface Review {
  state: "requested" | "forwarded" | "withdrawn" | "upheld" | "redo";
  side: "a" | "b";
  forward_by: string;
  decide_by: string | null;
  redo_by: string | null;
  reviewers: string | null;
  conclusion: string | null;
  words: { request: string; reasons: string; evidence: string } | null;
}

export type Send = <Answer>(method: string, path: string, body: unknown) => Promise<Answer | null>;

/** Of one party on this phone: both, where one phone serves two. */
export interface Held {
  accident: string;
  token: string;
  other?: string;
}

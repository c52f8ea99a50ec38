/** What the API tells an officer of an accident, and the grades of responsibility (事故处理程序规定 60). */
export interface Party {
  side: "a" | "b";
  complete: boolean;
  signed: boolean;
  did: string | null;
  grade: string | null;
  details: { name: string | null; plate: string | null; phone: string | null; impact: string | null; statement: string | null };
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
export interface Accident {
  answers: string[];
  called_back: boolean;
  form: string | null;
  suggested: string | null;
  because: { zh?: string; en?: string };
  parties: Party[];
  photos: { id: string; url: string; shot: string | null }[];
  documents: { id: string; kind: string; code: string; withdrawn_at: string | null; received: { side: string; answer: string }[]; url: string }[];
  review: Review | null;
}
/** Of party A; "neither" is an accident by chance. */
export const GRADES = ["full", "main", "equal", "secondary", "free", "neither"] as const;
export const OPPOSITE: Record<string, string> = { full: "free", main: "secondary", equal: "equal", secondary: "main", free: "full", neither: "neither" };

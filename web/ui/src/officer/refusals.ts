/** Requests that the limits refused, as the counter is told of them. Each look is on the record. */
import { call } from "../shared/api.ts";
import type { Words } from "../shared/words.ts";

export interface Refusal {
  id: string;
  reference: string;
  at: string;
  last_at: string;
  count: number;
  plate: string | null;
  because: Words[];
  result: { subject: string; most: number; seconds: number; block_seconds: number };
  retry_at: string;
  instead: Record<string, unknown> | null;
  decided_by: string | null;
  reason: string | null;
  may: object | null;
}

/** A reference has eight letters and digits; anything longer, or with a Chinese letter, is a plate. */
export const byWhat = (typed: string): "reference" | "plate" => (/^[a-z2-7]{8}$/i.test(typed) ? "reference" : "plate");

export async function findRefusals(typed: string): Promise<Refusal[]> {
  const asked = new URLSearchParams({ [byWhat(typed)]: typed });
  return (await call<{ refusals: Refusal[] }>(`/api/v1/refusals?${asked}`)).refusals;
}

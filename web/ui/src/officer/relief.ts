/**
 * Handing incidents over: whom one may ask, asking, answering. What waits for an answer stands in the duty itself.
 *
 * Without a network it waits on the phone with everything else that was done about the incident, and goes out after it.
 */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call, newKey } from "../shared/api.ts";
import { parcelsOf } from "../shared/queue.ts";
import { sentenceOf } from "../shared/sentences.ts";
import type { Handover } from "./duty.ts";
import type { Kept } from "./kept.ts";
import type { ReliefCommand, Sending } from "./sending.ts";

export interface Colleague {
  officer: string;
  unit: string;
  role: string;
  status: string;
  zone: string | null;
}

export type Answer = "accepted" | "declined" | "withdrawn";

export interface Relief {
  /** Null until they are known. */
  colleagues: ShallowRef<readonly Colleague[] | null>;
  problem: Ref<string>;
  busy: Ref<boolean>;
  look(): Promise<void>;
  ask(incident: string, to: string, note: string): Promise<boolean>;
  answer(handover: Pick<Handover, "id" | "incident">, answer: Answer): Promise<boolean>;
}

/** `onChange` is told after each deed, done or refused: what is shown may be out of date. */
export function useRelief(sending: Sending, kept: Kept, onChange: () => void): Relief {
  const colleagues = shallowRef<readonly Colleague[] | null>(null);
  const problem = ref("");
  const busy = ref(false);

  const doing = async (incident: string, command: ReliefCommand, path: string, body: Record<string, unknown>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    problem.value = "";
    const key = newKey();
    const later = async (): Promise<boolean> => (await sending.relief(incident, command, path, body, key)) !== "full";
    try {
      // What was done about it before goes before.
      if (parcelsOf(sending.queue.value, incident).length) return await later();
      await call(path, { body, key });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient) return await later();
      problem.value = sentenceOf(error);
      return false;
    } finally {
      busy.value = false;
      onChange();
    }
  };
  const look = async (): Promise<void> => {
    try {
      colleagues.value = (await call<{ colleagues: Colleague[] }>("/api/v1/duty/colleagues")).colleagues;
      kept.keep("colleagues", colleagues.value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Who was there when it was last known; whether he still is says the server when it hears of it.
      if (error.transient) colleagues.value ??= await kept.recall<Colleague[]>("colleagues");
      else problem.value = sentenceOf(error);
    }
  };
  return {
    colleagues,
    problem,
    busy,
    look,
    ask: (incident, to, note) => doing(incident, "relief_asked", `/api/v1/incidents/${incident}/handovers`, { to, ...(note.trim() ? { note: note.trim() } : {}) }),
    answer: ({ id, incident }, answer) => doing(incident, `relief_${answer}`, `/api/v1/handovers/${id}`, { answer }),
  };
}

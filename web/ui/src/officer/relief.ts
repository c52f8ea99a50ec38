/** Handing incidents over: whom one may ask, asking, answering. What waits for an answer stands in the duty itself. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call, newKey } from "../shared/api.ts";
import { sentenceOf } from "../shared/sentences.ts";

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
  answer(handover: string, answer: Answer): Promise<boolean>;
}

/** `onChange` is told after each deed, done or refused: what is shown may be out of date. */
export function useRelief(onChange: () => void): Relief {
  const colleagues = shallowRef<readonly Colleague[] | null>(null);
  const problem = ref("");
  const busy = ref(false);

  const doing = async (deed: () => Promise<unknown>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    problem.value = "";
    try {
      await deed();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
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
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = sentenceOf(error);
    }
  };
  return {
    colleagues,
    problem,
    busy,
    look,
    ask: (incident, to, note) => doing(() => call(`/api/v1/incidents/${incident}/handovers`, { body: { to, ...(note.trim() ? { note: note.trim() } : {}) }, key: newKey() })),
    answer: (handover, answer) => doing(() => call(`/api/v1/handovers/${handover}`, { body: { answer }, key: newKey() })),
  };
}

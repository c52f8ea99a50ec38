/** One deed at a time: busy, or refused with a sentence. Pressing again after a dead spot is the same deed. */
import { ref, type Ref } from "vue";
import { ApiError, call, newKey } from "./api.ts";
import { sentenceOf } from "./sentences.ts";

export interface Doing {
  busy: Ref<boolean>;
  problem: Ref<string>;
  /** The answer, or null when it was refused or one is under way. */
  go<Answer>(path: string, body: unknown, method?: "POST" | "PUT" | "DELETE"): Promise<Answer | null>;
  /** The same for a question, which changes nothing. */
  get<Answer>(path: string): Promise<Answer | null>;
  /** The field that was refused; empty when it was none in particular. */
  field: Ref<string>;
}

export function useDoing(onLost: () => void): Doing {
  const busy = ref(false);
  const problem = ref("");
  const field = ref("");
  let last = { wish: "", key: "" };
  const attempt = async <Answer>(deed: () => Promise<Answer>): Promise<Answer | null> => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = field.value = "";
    try {
      return await deed();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
      if (error instanceof ApiError) field.value = error.field ?? "";
      if (error instanceof ApiError && !error.transient) last = { wish: "", key: "" };
      return null;
    } finally {
      busy.value = false;
    }
  };
  const go = <Answer>(path: string, body: unknown, method: "POST" | "PUT" | "DELETE" = "POST"): Promise<Answer | null> =>
    attempt(async () => {
      const wish = `${method} ${path} ${JSON.stringify(body)}`;
      if (wish !== last.wish) last = { wish, key: newKey() };
      const answer = await call<Answer>(path, { body, key: last.key, method });
      last = { wish: "", key: "" };
      return answer;
    });
  const get = <Answer>(path: string): Promise<Answer | null> => attempt(() => call<Answer>(path));
  return { busy, problem, field, go, get };
}

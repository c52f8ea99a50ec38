/** One answer of the API: loading, there, or failed with a sentence; asked for again on demand. A lost session is told. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { sentenceOf } from "../shared/sentences.ts";

export interface Loaded<Value> {
  /** Null until the first answer. */
  value: ShallowRef<Value | null>;
  problem: Ref<string>;
  load(): Promise<void>;
}

export function useLoaded<Value>(path: () => string, onLost: () => void): Loaded<Value> {
  const value = shallowRef<Value | null>(null);
  const problem = ref("");
  const load = async (): Promise<void> => {
    const asked = path();
    try {
      const answer = await call<Value>(asked);
      if (asked !== path()) return; // somebody went elsewhere meanwhile
      value.value = answer;
      problem.value = "";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
    }
  };
  void load();
  return { value, problem, load };
}

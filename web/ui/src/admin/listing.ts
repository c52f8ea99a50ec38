/** A list of the API: loaded, loaded again after a change; a lost session is told. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { sentenceOf } from "../shared/sentences.ts";

export interface Listing<Item> {
  /** Null until the first answer. */
  items: ShallowRef<readonly Item[] | null>;
  problem: Ref<string>;
  load(): Promise<void>;
}

export function useListing<Item>(path: string, name: string, onLost: () => void): Listing<Item> {
  const items = shallowRef<readonly Item[] | null>(null);
  const problem = ref("");
  const load = async (): Promise<void> => {
    try {
      items.value = (await call<Record<string, Item[]>>(path))[name] ?? [];
      problem.value = "";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
    }
  };
  void load();
  return { items, problem, load };
}

/** One thing at a time that may be refused: pressing twice does it once, and a refusal is a sentence on the page. */
import { ref, type Ref } from "vue";
import { sentenceOf } from "../shared/sentences.ts";

export interface Attempts {
  busy: Ref<boolean>;
  problem: Ref<string | null>;
  attempt(work: () => Promise<void>): Promise<void>;
}

/** `onRefused` comes before the sentence is shown. */
export function useAttempts(onRefused: (error: unknown) => Promise<void> = async () => undefined): Attempts {
  const busy = ref(false);
  const problem = ref<string | null>(null);

  async function attempt(work: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      await work();
    } catch (error) {
      await onRefused(error);
      problem.value = sentenceOf(error);
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, attempt };
}

/** What requester and owner share while a case runs: its live view, its clock, and commands that survive a dead spot. */
import { computed, nextTick, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import type { PulledIncident } from "../shared/incident.ts";
import { keepingText } from "../shared/keeping.ts";
import { openOutbox } from "../shared/outbox.ts";
import type { Queue } from "../shared/queue.ts";
import { sentenceOf } from "../shared/sentences.ts";
import { useTicking } from "../shared/ticking.ts";
import { useLive, type Live } from "./live.ts";
import { faceOf, wordsOf, type Face, type Role, type Words } from "./words.ts";

export interface Following extends Live {
  now: Ref<number>;
  words: ComputedRef<Words | null>;
  face: ComputedRef<Face>;
  clock: ComputedRef<{ startAt: number; dueAt: number }>;
  pending: Ref<Queue>;
  stuck: Ref<boolean>;
  problem: Ref<string | null>;
  act(command: string, body?: Record<string, unknown>): void;
}

/** Nobody can do more than a few things with one request. */
const BOUNDS = { parcels: 20, bytes: 100_000 };

export function useFollowing(
  role: Role,
  id: string,
  token: string,
  printed: PulledIncident | null,
  onDone: (command: string) => void = () => undefined,
): Following {
  const live = useLive(id, token, printed);
  const { incident } = live;
  const pending = shallowRef<Queue>([]);
  const stuck = ref(false);
  const problem = ref<string | null>(null);
  const outbox = openOutbox({
    name: id + role,
    keeping: keepingText(id + role),
    bounds: BOUNDS,
    token,
    onChange: (queue, _, isStuck) => {
      pending.value = queue;
      stuck.value = isStuck;
    },
    onDone: ({ command }) => {
      onDone(command);
      void live.pull().catch(() => undefined);
    },
    holds: () => false,
    onRefused: (_, error) => {
      problem.value = sentenceOf(error);
      void live.pull().catch(() => undefined);
    },
  });
  onScopeDispose(outbox.close);

  const now = useTicking(() => dueAtOf(incident.value));
  const face = computed(() => (incident.value ? faceOf(incident.value, now.value) : "clock"));
  const clock = computed(() => clockOf(incident.value, face.value));
  const words = computed(() => (incident.value ? wordsOf(incident.value, role, now.value) : null));
  watch(() => incident.value?.version, () => (problem.value = null));

  const act = (command: string, body: Record<string, unknown> = {}): void => {
    problem.value = null;
    void outbox.add({ incident: id, command, path: `/api/v1/incidents/${id}/${command}`, body });
  };
  return { ...live, now, words, face, clock, pending, stuck, problem, act };
}

function dueAtOf(incident: PulledIncident | null): number {
  return Date.parse(incident?.respond_by ?? "") || 0;
}

/** After a deferred deadline the ring runs from there to the promise. */
function clockOf(incident: PulledIncident | null, face: Face): { startAt: number; dueAt: number } {
  if (!incident) return { startAt: 0, dueAt: 0 };
  const respondBy = Date.parse(incident.respond_by);
  if (face === "promise" && incident.promised_by) return { startAt: respondBy, dueAt: Date.parse(incident.promised_by) };
  return { startAt: respondBy - incident.response_seconds * 1000, dueAt: respondBy };
}

/** Moves the reading position to a new main heading, so that nobody is left on a vanished button. */
export async function focusHeading(selector = "#status"): Promise<void> {
  await nextTick();
  document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

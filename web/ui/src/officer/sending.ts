/**
 * Sends the officer's steps: at once when it can be, else from a queue on the phone, in order, each exactly once.
 *
 * What the queue holds is said on the page; what a refusal means is told by `onRefused`.
 */
import { onScopeDispose, shallowRef, type ShallowRef } from "vue";
import { ApiError, call, newKey, serverNow } from "../shared/api.ts";
import type { Incident } from "../shared/incident.ts";
import { enqueue, readQueue, refused, sent, type Queue, type Queued } from "./outbox.ts";
import type { Command } from "./steps.ts";

export interface SendingOptions {
  /** Whose queue: the phone may change hands. */
  officer: string;
  onDone(view: Incident, step: Queued): void;
  onRefused(error: ApiError, step: Queued): void;
}

export interface Sending {
  queue: ShallowRef<Queue>;
  /** The step that is on its way right now. */
  underway: ShallowRef<string | null>;
  act(incident: string, command: Command, body?: Record<string, unknown>): void;
  flush(): void;
}

const RETRY_MS = 3000;

export function useSending(options: SendingOptions): Sending {
  const store = `wufen:steps:${options.officer}`;
  const queue = shallowRef<Queue>(readQueue(localStorage.getItem(store)));
  const underway = shallowRef<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const keep = (next: Queue): void => {
    queue.value = next;
    localStorage.setItem(store, JSON.stringify(next));
  };

  const act = (incident: string, command: Command, body: Record<string, unknown> = {}): void => {
    keep(enqueue(queue.value, { key: newKey(), incident, command, body, at: serverNow() }));
    void flush();
  };

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    if (underway.value || stopped) return;
    for (let step = queue.value[0]; step && !stopped; step = queue.value[0]) {
      underway.value = step.incident;
      const decided = await deliver(step);
      underway.value = null;
      if (!decided) break;
    }
    if (queue.value.length > 0 && !stopped) timer = setTimeout(() => void flush(), RETRY_MS);
  };

  const deliver = async (step: Queued): Promise<boolean> => {
    try {
      const path = `/api/v1/incidents/${step.incident}/${step.command}`;
      const { incident } = await call<{ incident: Incident }>(path, { body: step.body, key: step.key });
      keep(sent(queue.value, step.key));
      options.onDone(incident, step);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Signed out or asked to wait: the step stands, and goes when it may.
      if (error.transient || error.status === 401 || error.status === 429) return false;
      keep(refused(queue.value, step.key));
      options.onRefused(error, step);
      return true;
    }
  };

  const onOnline = (): void => void flush();
  addEventListener("online", onOnline);
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
    removeEventListener("online", onOnline);
  });
  void flush();
  return { queue, underway, act, flush: onOnline };
}

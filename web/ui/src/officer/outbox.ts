/**
 * Pure: the queue of steps that could not be sent yet, each with the key that makes it count once.
 *
 * Sending and storing are `sending.ts`.
 */
import type { Command } from "./steps.ts";

export interface Queued {
  /** Idempotency-Key: however often it is sent, it happens once. */
  key: string;
  incident: string;
  command: Command;
  body: Record<string, unknown>;
  /** When the officer did it, by the server's clock, in milliseconds. */
  at: number;
}

export type Queue = readonly Queued[];

/** The same step twice is one step. */
export function enqueue(queue: Queue, step: Queued): Queue {
  const known = queue.some((other) => other.incident === step.incident && other.command === step.command);
  return known ? queue : [...queue, step];
}

export function sent(queue: Queue, key: string): Queue {
  return queue.filter((step) => step.key !== key);
}

/** A refused step takes the later steps of its incident along: they were built on it. */
export function refused(queue: Queue, key: string): Queue {
  const at = queue.findIndex((step) => step.key === key);
  return at < 0 ? queue : queue.filter((step, i) => i !== at && (i < at || step.incident !== queue[at]?.incident));
}

export function stepsFor(queue: Queue, incident: string): Queued[] {
  return queue.filter((step) => step.incident === incident);
}

/** What was stored by an older page, or by nobody: anything that is not a queue is an empty one. */
export function readQueue(text: string | null): Queue {
  try {
    const stored: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(stored) ? stored.filter(isQueued) : [];
  } catch {
    return [];
  }
}

function isQueued(value: unknown): value is Queued {
  const step = value as Partial<Queued> | null;
  return (
    typeof step?.key === "string" &&
    typeof step.incident === "string" &&
    typeof step.command === "string" &&
    typeof step.at === "number" &&
    typeof step.body === "object"
  );
}

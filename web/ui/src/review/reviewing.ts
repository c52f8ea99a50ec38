/**
 * What waits for a review, live; the report before the officer, which is his for ten minutes and stays his while he
 * works at it; and what he says of it.
 */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call, newKey, serverNow } from "../shared/api.ts";
import { openHub, type Hub } from "../shared/hub.ts";
import { t } from "../shared/i18n.ts";
import { makePoll } from "../shared/polling.ts";
import { sentenceOf } from "../shared/sentences.ts";
import { byDue, type Command, type Report, type WholeReport } from "./report.ts";

/** Who is off duty has no feed: for him this is how it becomes known. */
const POLL_MS = 4000;
const RENEW_MS = 4 * 60_000;
/** Whoever has not touched the desk for so long is not working at it. */
const IDLE_MS = 5 * 60_000;

export interface Said {
  command: Command;
  reason?: string;
  of?: string;
  note?: string;
}

export interface Reviewing {
  queue: ShallowRef<readonly Report[] | null>;
  current: ShallowRef<WholeReport | null>;
  reasons: ShallowRef<Record<string, string[]>>;
  live: Ref<boolean>;
  /** Why the queue cannot be read: a sentence, or that it is being tried again. */
  unread: Ref<string | null>;
  busy: Ref<boolean>;
  problem: Ref<string | null>;
  take(id?: string): Promise<void>;
  putBack(): Promise<void>;
  say(said: Said): Promise<{ state: string; plate: string; incident: boolean } | null>;
}

export function useReviewing(districts: readonly string[], onLost: () => void): Reviewing {
  const queue = shallowRef<readonly Report[] | null>(null);
  const current = shallowRef<WholeReport | null>(null);
  const reasons = shallowRef<Record<string, string[]>>({});
  const live = ref(false);
  const unread = ref<string | null>(null);
  const busy = ref(false);
  const problem = ref<string | null>(null);
  let hub: Hub | null = null;
  let gone = false;
  let touchedAt = Date.now();
  let last = { wish: "", key: "" };

  const load = async (): Promise<void> => {
    try {
      queue.value = byDue((await call<{ reports: Report[] }>("/api/v1/reports")).reports);
      unread.value = null;
      if (!Object.keys(reasons.value).length) reasons.value = (await call<{ reasons: Record<string, string[]> }>("/api/v1/reports/words")).reasons;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else if (!(error instanceof ApiError)) throw error;
      else unread.value = error.transient ? t("common.unreachable") : sentenceOf(error);
    }
  };
  const poll = makePoll(load, () => POLL_MS);
  poll.now();
  void openHub({
    onState: (on) => {
      live.value = on;
      // What was told meanwhile is asked for.
      if (on) poll.now();
    },
  }).then((opened) => {
    if (gone) return opened.close();
    hub = opened;
    for (const code of districts) opened.listen<object>(`district:${code}`, (told) => void ("report" in told && poll.now()));
  }, () => undefined);

  const touched = (): void => void (touchedAt = Date.now());
  addEventListener("keydown", touched);
  addEventListener("pointerdown", touched);
  const renewing = setInterval(() => {
    if (current.value?.mine && Date.now() - touchedAt < IDLE_MS) void renew(current.value.id).catch(() => undefined);
  }, RENEW_MS);
  onScopeDispose(() => {
    gone = true;
    poll.stop();
    hub?.close();
    clearInterval(renewing);
    removeEventListener("keydown", touched);
    removeEventListener("pointerdown", touched);
  });

  const renew = async (id: string): Promise<void> => {
    const { report } = await call<{ report: WholeReport | null }>("/api/v1/reports/next", { body: { report: id } });
    if (report && current.value?.id === id) current.value = report;
  };

  const doing = async <Result>(work: () => Promise<Result>): Promise<Result | null> => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = null;
    try {
      return await work();
    } catch (error) {
      problem.value = sentenceOf(error);
      if (error instanceof ApiError && error.status === 401) onLost();
      return null;
    } finally {
      busy.value = false;
      poll.now();
    }
  };
  const next = async (id?: string): Promise<void> => {
    const { report } = await call<{ report: WholeReport | null }>("/api/v1/reports/next", { body: id ? { report: id } : {} });
    current.value = report;
  };
  const free = async (): Promise<void> => {
    const left = current.value;
    current.value = null;
    if (left) await call(`/api/v1/reports/${left.id}/lease`, { method: "DELETE" });
  };

  return {
    queue, current, reasons, live, unread, busy, problem,
    take: async (id) => {
      if (id && id === current.value?.id) return;
      await doing(async () => {
        if (current.value) await free();
        await next(id);
      });
    },
    putBack: async () => void (await doing(free)),
    say: (said) =>
      doing(async () => {
        const one = current.value!;
        const body = { ...said, version: one.version };
        // Said once more after a dead spot it is the same word.
        const wish = JSON.stringify([one.id, body]);
        if (wish !== last.wish) last = { wish, key: newKey() };
        const { report } = await call<{ report: { state: string; incident?: string | null } }>(`/api/v1/reports/${one.id}/review`, { body, key: last.key });
        current.value = null;
        await next().catch(() => undefined);
        return { state: report.state, plate: one.plate_full, incident: Boolean(report.incident) };
      }),
  }; // prettier-ignore
}

/** Minutes for which nobody else is given it; 0 once that is over. */
export const leaseMinutes = (until: string | null | undefined): number => Math.max(0, Math.round((Date.parse(until ?? "") - serverNow()) / 60_000) || 0);

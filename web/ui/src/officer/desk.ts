/**
 * Everything the officer's page knows while he is on duty: the board, his offers, the connection, the closed of today.
 *
 * Receives; acting is `sending.ts`, going on and off duty is `duty.ts`.
 */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { addTo, forgetClosed, openBoard, type Board } from "../shared/board.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import type { Incident, Publication } from "../shared/incident.ts";
import type { Alarm } from "./alarm.ts";
import type { DutyState } from "./duty.ts";
import type { Offer } from "./order.ts";
import { dayBeginning, isOpen } from "../shared/urgency.ts";

export type Link = "live" | "polling" | "offline";

export interface Desk {
  board: ShallowRef<Board | null>;
  offers: ShallowRef<ReadonlyMap<string, Offer>>;
  link: ComputedRef<Link>;
  /** Why the board cannot be read, when it cannot. */
  refusal: ShallowRef<ApiError | null>;
  seen(offer: Offer): void;
  reload(): void;
}

interface DeskOptions {
  officer: string;
  duty: DutyState;
  /** A commander takes no duty, but watches. */
  watching: Ref<string | null>;
  alarm: Alarm;
  onBack(): void;
  onLost(): void;
}

type OfficerPublication = Publication & { offer?: Offer };

const POLL_AWAY_MS = 3000;
/** A net under the feed, at leisure. */
const POLL_LIVE_MS = 60_000;

export function useDesk(options: DeskOptions): Desk {
  const board = shallowRef<Board | null>(null);
  const offers = shallowRef<ReadonlyMap<string, Offer>>(new Map());
  const refusal = shallowRef<ApiError | null>(null);
  const onHub = ref(false);
  const reachable = ref(navigator.onLine);
  const link = computed<Link>(() => (!reachable.value ? "offline" : onHub.value ? "live" : "polling"));
  let hub: Hub | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;

  const load = async (): Promise<void> => {
    try {
      await board.value?.load();
      reachable.value = true;
      refusal.value = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient) reachable.value = false;
      else if (error.status === 401) options.onLost();
      else refusal.value = error;
    }
  };

  const loadClosed = async (district: string): Promise<void> => {
    const { incidents } = await call<{ incidents: Incident[] }>(`/api/v1/districts/${district}/closed`);
    const open = board.value?.incidents;
    if (open?.value) open.value = addTo(forgetClosed(open.value, dayBeginning(Date.now())), incidents);
  };

  const poll = async (mine: number): Promise<void> => {
    clearTimeout(timer);
    if (mine !== round) return;
    if (document.visibilityState === "visible") {
      await load();
      if (!onHub.value) await loadOffers().catch(() => undefined);
    }
    if (mine === round) timer = setTimeout(() => void poll(mine), onHub.value ? POLL_LIVE_MS : POLL_AWAY_MS);
  };

  const take = (incident: string, offer: Offer): void => {
    const known = offers.value.get(incident);
    if (known?.id === offer.id && known.status === offer.status) return;
    offers.value = new Map(offers.value).set(incident, offer);
    if (offer.status !== "pending" || known?.id === offer.id) return;
    options.alarm.offer();
    void hub?.rpc("received", { offers: [offer.id] }).catch(() => undefined);
  };

  const loadOffers = async (): Promise<Position> => {
    const { offers: asking = [], offset = 0, epoch = "" } = await options.duty.load();
    for (const { incident, ...offer } of asking) take(incident, offer);
    return { offset, epoch };
  };

  const onEvent = ({ event, incident }: Publication): void => {
    if (event === "requested") options.alarm.news();
    if (!isOpen(incident) && offers.value.has(incident.id)) forget(incident.id);
  };
  const forget = (incident: string): void => {
    const left = new Map(offers.value);
    left.delete(incident);
    offers.value = left;
  };

  const listen = async (following: Board, mine: number): Promise<void> => {
    const opened = await openHub({ onState: (live) => mine === round && onState(live) });
    if (mine !== round) return opened.close();
    hub = opened;
    following.follow(opened, onEvent);
    opened.follow<OfficerPublication>({
      channel: `officer:${options.officer}`,
      load: loadOffers,
      onPublication: ({ incident, offer }) => {
        following.take(incident);
        if (offer) take(incident.id, offer);
      },
    });
  };

  const onState = (live: boolean): void => {
    onHub.value = live;
    if (live) {
      reachable.value = true;
      options.onBack();
    } else reload();
  };

  const leave = (): void => {
    round += 1;
    clearTimeout(timer);
    hub?.close();
    hub = null;
    onHub.value = false;
    board.value = refusal.value = null;
    offers.value = new Map();
  };

  const enter = (district: string): void => {
    leave();
    const following = openBoard(district);
    board.value = following;
    const mine = round;
    void poll(mine)
      .then(() => loadClosed(district).catch(() => undefined))
      .then(() => listen(following, mine).catch(() => undefined));
  };

  const reload = (): void => void poll(round);

  const at = computed(() => options.watching.value ?? (options.duty.duty.value?.on_duty ? options.duty.duty.value.district : null));
  watch(at, (district) => (district ? enter(district) : leave()), { immediate: true });

  const onOnline = (): void => {
    reachable.value = true;
    reload();
  };
  const onOffline = (): void => {
    reachable.value = false;
  };
  const onVisible = (): void => {
    if (document.visibilityState === "visible" && at.value) reload();
  };
  addEventListener("online", onOnline);
  addEventListener("offline", onOffline);
  document.addEventListener("visibilitychange", onVisible);
  onScopeDispose(() => {
    leave();
    removeEventListener("online", onOnline);
    removeEventListener("offline", onOffline);
    document.removeEventListener("visibilitychange", onVisible);
  });

  return {
    board,
    offers,
    link,
    refusal,
    seen: (offer) => void hub?.rpc("seen", { offers: [offer.id] }).catch(() => undefined),
    reload,
  };
}

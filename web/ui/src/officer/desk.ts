/**
 * Everything the officer's page knows while he is at work: the board, his offers, the connection, the closed of today.
 *
 * Receives; acting is `sending.ts`, going on and off duty is `duty.ts`.
 */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call, serverNow } from "../shared/api.ts";
import { addTo, forgetClosed, openBoard, type Board } from "../shared/board.ts";
import { snapshot } from "../shared/fold.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import { isPanic, type Incident, type Panic, type PanicPublication, type Publication } from "../shared/incident.ts";
import { makePoll, onWaking } from "../shared/polling.ts";
import { dayBeginning } from "../shared/beijing.ts";
import type { Alarm } from "../shared/alarm.ts";
import type { DutyState } from "./duty.ts";
import { keepLatest, type Kept } from "./kept.ts";
import type { AlertPublication } from "../shared/watched.ts";
import { useOffers } from "./offers.ts";
import type { Offer } from "./order.ts";

export type Link = "live" | "polling" | "offline";

export interface Desk {
  board: ShallowRef<Board | null>;
  offers: ShallowRef<ReadonlyMap<string, Offer>>;
  hub: ShallowRef<Hub | null>;
  link: ComputedRef<Link>;
  /** The board is what this phone remembers of that instant (milliseconds, server's clock); null once it was asked for. */
  asOf: Ref<number | null>;
  /** Why the board cannot be read, when it cannot. */
  refusal: ShallowRef<ApiError | null>;
  /** Officers' alarms of the district that stand. */
  panics: ComputedRef<readonly Panic[]>;
  seen(offer: Offer): void;
  reload(): void;
}

export interface DeskOptions {
  officer: string;
  /** His service number, by which the feed calls him. */
  number: string;
  duty: DutyState;
  /** A commander takes no duty, but watches. */
  watching: Ref<string | null>;
  alarm: Alarm;
  kept: Kept;
  /** What the own channel says beside the feeds; true when it was that. */
  onAlert(publication: AlertPublication): boolean;
  /** The network is back. */
  onBack(): void;
  /** The server no longer knows this session. */
  onLost(): void;
  /** A commander has taken an incident out of this officer's hands. */
  onTaken(event: "reassigned" | "merged" | "transferred", incident: Incident): void;
}

type OfficerPublication = Publication & { offer?: Offer };

const POLL_AWAY_MS = 3000;
/** A net under the feed, at leisure. */
const POLL_LIVE_MS = 60_000;
/** A connection that comes about, or back, within this time is not worth a word. */
const UNSAID_MS = 2500;

export function useDesk(options: DeskOptions): Desk {
  const { duty, alarm, watching } = options;
  const board = shallowRef<Board | null>(null);
  const asOf = ref<number | null>(null);
  const refusal = shallowRef<ApiError | null>(null);
  const onHub = ref(false);
  const reachable = ref(navigator.onLine);
  const away = ref(false);
  const link = computed<Link>(() => (!reachable.value ? "offline" : away.value ? "polling" : "live"));
  const hub = shallowRef<Hub | null>(null);
  let round = 0;

  const tell = (what: "received" | "seen", offer: Offer): void => void hub.value?.rpc(what, { offers: [offer.id] }).catch(() => undefined);
  const { offers, take, look, clear } = useOffers((offer) => {
    if (offer.kind === "assign" || offer.kind === "assign_support") alarm.order();
    else alarm.offer();
    tell("received", offer);
  });

  const loadOffers = async (): Promise<Position> => {
    const { offers: asking = [], offset = 0, epoch = "" } = await duty.load();
    for (const { incident, ...offer } of asking) take(incident, offer);
    return { offset, epoch };
  };
  const load = async (): Promise<void> => {
    try {
      await board.value?.load();
      if (board.value && !onHub.value) await loadOffers();
      reachable.value = true;
      refusal.value = asOf.value = null;
    } catch (error) {
      onTrouble(error);
    }
  };
  const onTrouble = (error: unknown): void => {
    if (!(error instanceof ApiError)) throw error;
    if (error.transient) reachable.value = false;
    else if (error.status === 401) options.onLost();
    else refusal.value = error;
  };
  const poll = makePoll(load, () => (onHub.value && !refusal.value && board.value?.incidents.value ? POLL_LIVE_MS : POLL_AWAY_MS));

  let saying: ReturnType<typeof setTimeout> | undefined;
  const say = (live: boolean): void => {
    clearTimeout(saying);
    if (live) away.value = false;
    else saying = setTimeout(() => (away.value = true), UNSAID_MS);
  };
  const onState = (live: boolean): void => {
    if (onHub.value !== live) say(live);
    onHub.value = live;
    if (!live) return poll.now();
    reachable.value = true;
    options.onBack();
  };
  const onEvent = ({ event, incident }: Publication): void => {
    if (event === "requested") alarm.news();
    // It is in his hands again.
    if (event === "unmerged" && incident.officer === options.number) alarm.order();
    tellTaken(event, incident);
    look(incident);
    // Somebody's hand-over is over with it.
    if (duty.duty.value?.handovers.some((one) => one.incident === incident.id)) void duty.load().catch(() => undefined);
  };
  // What was his a moment ago, by the feed: the board has the newer view by the time an event is told.
  let mine: ReadonlySet<string> = new Set();
  const tellTaken = (event: string, incident: Incident): void => {
    const was = mine.has(incident.id);
    const ours = [...(board.value?.incidents.value?.values() ?? [])].filter(({ officer, status }) => officer === options.number && status !== "closed");
    mine = new Set(ours.map(({ id }) => id));
    if (!was || !["reassigned", "merged", "transferred"].includes(event) || mine.has(incident.id)) return;
    alarm.news();
    options.onTaken(event as "reassigned", incident);
  };
  const listen = async (following: Board, turn: number): Promise<void> => {
    const opened = await openHub({ onState: (live) => turn === round && onState(live) });
    if (turn !== round) return opened.close();
    hub.value = opened;
    following.follow(opened, onEvent);
    opened.follow<OfficerPublication | PanicPublication>({
      channel: `officer:${options.officer}`,
      load: loadOffers,
      onPublication: (publication) => {
        if (options.onAlert(publication as AlertPublication)) return;
        if (isPanic(publication)) {
          following.takePanic(publication.panic);
          // It is his own, and his status with it.
          return void duty.load().catch(() => undefined);
        }
        const { event, incident, offer } = publication;
        following.take(incident);
        if (event.startsWith("relie")) void duty.load().catch(() => undefined);
        if (offer) take(incident.id, offer);
      },
    });
  };

  const leave = (): void => {
    round += 1;
    clearTimeout(saying);
    away.value = false;
    hub.value?.close();
    hub.value = null;
    onHub.value = false;
    board.value = refusal.value = asOf.value = null;
    clear();
  };
  const enter = async (district: string): Promise<void> => {
    leave();
    const mine = round;
    const following = openBoard(district);
    board.value = following;
    say(false);
    await Promise.all([remember(following), load()]);
    await addClosed(following).catch(() => undefined);
    poll.now();
    if (mine === round) await listen(following, mine).catch(() => undefined);
  };

  interface Remembered {
    at: number;
    incidents: Incident[];
  }
  const remember = async ({ district, incidents }: Board): Promise<void> => {
    const remembered = await options.kept.recall<Remembered>(`board:${district}`);
    if (!remembered || incidents.value) return;
    incidents.value = snapshot(remembered.incidents);
    asOf.value = remembered.at;
  };
  const shown = computed(() => board.value?.incidents.value ?? null);
  const under = (): string | null => (board.value && asOf.value === null ? `board:${board.value.district}` : null);
  keepLatest(options.kept, under, shown, (incidents): Remembered => ({ at: serverNow(), incidents: [...incidents.values()] }));

  const at = computed(() => watching.value ?? (duty.duty.value?.on_duty ? duty.duty.value.district : null));
  watch(at, (district) => (district ? void enter(district) : leave()), { immediate: true });
  const stopWaking = onWaking({
    online: () => {
      reachable.value = true;
      poll.now();
    },
    offline: () => {
      reachable.value = false;
    },
    visible: poll.now,
  });
  onScopeDispose(() => {
    poll.stop();
    leave();
    stopWaking();
  });

  const panics = computed(() => board.value?.panics.value ?? []);
  return { board, offers, hub, link, asOf, refusal, panics, seen: (offer) => tell("seen", offer), reload: poll.now };
}

/** What was closed today stands beside what is open; yesterday's is forgotten. */
async function addClosed({ district, incidents }: Board): Promise<void> {
  const { incidents: closed } = await call<{ incidents: Incident[] }>(`/api/v1/districts/${district}/closed`);
  if (incidents.value) incidents.value = addTo(forgetClosed(incidents.value, dayBeginning(serverNow())), closed);
}

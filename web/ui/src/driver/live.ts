/**
 * One incident, followed: pulled once, kept fresh by its feed, polled while the feed is away.
 *
 * Works without the live feed too; it only gets a few seconds slower then.
 */
import { computed, onScopeDispose, ref, shallowRef, type Ref } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { newer } from "../shared/fold.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import type { Publication, PulledIncident } from "../shared/incident.ts";

export type Connection = "live" | "polling" | "offline";

export interface Live {
  incident: Ref<PulledIncident | null>;
  connection: Ref<Connection>;
  /** The token opens nothing any more. */
  ended: Ref<boolean>;
  pull(): Promise<Position>;
  take(view: PulledIncident): void;
}

const POLL_AWAY_MS = 3000;
/** Facts that make no event, such as a notice that reached its phone, are looked up at leisure. */
const POLL_LIVE_MS = 15_000;
/** Until the owner's phone has the message, the requester looks at nothing else. */
const POLL_UNTOLD_MS = 2000;

function pauseOf(incident: PulledIncident | null, onHub: boolean): number {
  const open = incident?.kind === "move_car" && incident.status === "waiting" && !incident.answered_at;
  if (open && !incident.notices?.some(({ status }) => status !== "queued")) return POLL_UNTOLD_MS;
  // Which channel has told the owner is followed for as long as he has not answered.
  if (incident?.status === "closed") return POLL_LIVE_MS;
  return !onHub || open ? POLL_AWAY_MS : POLL_LIVE_MS;
}

export function useLive(id: string, token: string, printed: PulledIncident | null = null): Live {
  const incident = shallowRef<PulledIncident | null>(printed);
  const onHub = ref(false);
  const reachable = ref(navigator.onLine);
  const ended = ref(false);
  const connection = computed<Connection>(() => (!reachable.value ? "offline" : onHub.value ? "live" : "polling"));
  let hub: Hub | null = null;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const take = (view: PulledIncident): void => {
    const known = incident.value;
    // Merged into another one: the old address answers as the one that goes on, whose versions are its own.
    if (known && known.id !== view.id) {
      incident.value = view;
      return again();
    }
    incident.value = newer(known, view);
  };

  const pull = async (): Promise<Position> => {
    try {
      const { incident: view } = await call<{ incident: PulledIncident }>(`/api/v1/incidents/${id}`, { token });
      reachable.value = true;
      take(view);
      return { offset: view.offset, epoch: view.epoch };
    } catch (error) {
      if (error instanceof ApiError && error.transient) reachable.value = false;
      if (error instanceof ApiError && [401, 403, 404, 410].includes(error.status)) end();
      throw error;
    }
  };

  const end = (): void => {
    ended.value = true;
    stop();
  };

  const onPublication = ({ event, incident: view, at }: Publication): void => {
    const known = incident.value;
    if (!known || view.id !== known.id || view.version <= known.version) return;
    // What goes on is asked for at once; nobody reads that his request is closed.
    if (view.merged_into || event === "detached") return void pull().catch(() => undefined);
    const { photos, ...facts } = view;
    incident.value = { ...known, ...facts, timeline: [...known.timeline, { event, at }] };
    if (photos !== known.photos.length || event === "answered") void pull().catch(() => undefined);
  };

  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (stopped) return;
    if (document.visibilityState === "visible") await pull().catch(() => undefined);
    plan();
  };

  function plan(): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void poll(), pauseOf(incident.value, onHub.value));
  }

  const onState = (live: boolean): void => {
    if (onHub.value === live) return;
    onHub.value = live;
    plan();
  };

  const listen = async (): Promise<void> => {
    const opened = await openHub({ token, onState });
    if (stopped) return opened.close();
    hub = opened;
    const known = incident.value;
    const since = known?.epoch ? { since: { offset: known.offset, epoch: known.epoch } } : {};
    hub.follow<Publication>({ channel: `incident:${known?.id ?? id}`, load: pull, onPublication, ...since });
  };

  /** The feed of another incident, with a token for it. */
  function again(): void {
    hub?.close();
    hub = null;
    onHub.value = false;
    if (!stopped) void listen().catch(() => undefined);
  }

  const onOnline = (): void => {
    reachable.value = true;
    void poll();
  };
  const onOffline = (): void => {
    reachable.value = false;
  };
  const onVisible = (): void => {
    if (document.visibilityState === "visible") void poll();
  };

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    hub?.close();
    removeEventListener("online", onOnline);
    removeEventListener("offline", onOffline);
    document.removeEventListener("visibilitychange", onVisible);
  }

  addEventListener("online", onOnline);
  addEventListener("offline", onOffline);
  document.addEventListener("visibilitychange", onVisible);
  onScopeDispose(stop);
  void poll().then(() => listen().catch(() => undefined));
  return { incident, connection, ended, pull, take };
}

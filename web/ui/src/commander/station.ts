/**
 * All that the desk knows of one district: the board and its feed, who was asked and who is there, with a poll as net.
 *
 * Received and seen are no events of the log: phones' words come by a channel of their own as they are said.
 */
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Alarm } from "../shared/alarm.ts";
import { ApiError, call, serverNow } from "../shared/api.ts";
import { openBoard, type Board } from "../shared/board.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import type { Publication } from "../shared/incident.ts";
import { makePoll, onWaking } from "../shared/polling.ts";
import { useAlerts, type AlertPublication, type Alerts } from "../shared/watched.ts";
import { withSaid, type AskedOfficer, type DeskView } from "./data.ts";

export type Link = "live" | "polling" | "offline";

export interface Station {
  board: Board;
  desk: ShallowRef<DeskView | null>;
  link: ComputedRef<Link>;
  /** When the server was last heard, by this machine's clock in milliseconds. */
  heardAt: Ref<number>;
  refusal: ShallowRef<ApiError | null>;
  /** Stolen cars and cloned plates at incidents, as the commander's own channel tells them. */
  alerts: Alerts;
  reload(): void;
}

/** A net under the feed: what was said while the connection was away. */
const QUIET_MS = 10_000;
const AWAY_MS = 3000;
const BOARD_AWAY_MS = 3000;
const BOARD_LIVE_MS = 30_000;
/** Events of one moment are one question. */
const GATHER_MS = 120;
const NOWHERE: Position = { offset: 0, epoch: "" };

/** What officers' phones just said of their offers. */
interface Said {
  offers: (Pick<AskedOfficer, "id" | "status" | "received_at" | "seen_at"> & { incident: string })[];
}

interface Positions {
  positions: { officer: string; lat: number; lng: number; at: string }[];
}

export function useStation(district: string, me: string, alarm: Alarm, onLost: () => void): Station {
  const board = openBoard(district);
  const desk = shallowRef<DeskView | null>(null);
  const refusal = shallowRef<ApiError | null>(null);
  const live = ref(false);
  const reachable = ref(navigator.onLine);
  const heardAt = ref(Date.now());
  const link = computed<Link>(() => (!reachable.value ? "offline" : live.value ? "live" : "polling"));
  const alerts = useAlerts(() => alarm.offer());
  let hub: Hub | null = null;
  let stopped = false;

  const carefully = async (load: () => Promise<unknown>): Promise<void> => {
    try {
      await load();
      reachable.value = true;
      refusal.value = null;
      heardAt.value = Date.now();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient) reachable.value = false;
      else if (error.status === 401) onLost();
      else refusal.value = error;
    }
  };
  const boardPoll = makePoll(() => carefully(board.load), () => (live.value && board.incidents.value ? BOARD_LIVE_MS : BOARD_AWAY_MS), true);
  const deskPoll = makePoll(
    () =>
      carefully(async () => {
        desk.value = await call<DeskView>(`/api/v1/districts/${district}/desk`);
        // What was raised before this page was opened, or while its line was dead.
        alerts.stand(desk.value.watched ?? []);
      }),
    () => (live.value && desk.value ? QUIET_MS : AWAY_MS),
    true,
  );

  let gathering: ReturnType<typeof setTimeout> | undefined;
  const onEvent = ({ event }: Publication): void => {
    heardAt.value = Date.now();
    if (["requested", "breached", "declined", "released", "transferred", "backup_called"].includes(event)) alarm.news();
    clearTimeout(gathering);
    gathering = setTimeout(deskPoll.now, GATHER_MS);
  };
  const onPositions = ({ positions }: Positions): void => {
    if (!desk.value) return;
    const moved = new Map(positions.map((one) => [one.officer, one]));
    const on_duty = desk.value.on_duty.map((unit) => {
      const now = moved.get(unit.officer);
      return now ? { ...unit, lat: now.lat, lng: now.lng, position_at: now.at } : unit;
    });
    desk.value = { ...desk.value, on_duty };
  };
  const onSaid = (said: Said): void => {
    heardAt.value = Date.now();
    if (!desk.value) return;
    const offers = withSaid(desk.value.offers, said.offers);
    // Of an offer that this desk has not read yet.
    if (offers) desk.value = { ...desk.value, offers };
    else deskPoll.now();
  };
  const onState = (connected: boolean): void => {
    live.value = connected;
    if (connected) reachable.value = true;
    else boardPoll.now();
    // What was said while nobody listened.
    deskPoll.now();
  };
  const listen = async (): Promise<void> => {
    const opened = await openHub({ onState: (connected) => !stopped && onState(connected) });
    if (stopped) return opened.close();
    hub = opened;
    board.follow(opened, onEvent);
    opened.listen<AlertPublication>(`officer:${me}`, (publication) => void alerts.take(publication, serverNow()));
    opened.listen<Said>(`offers:${district}`, onSaid);
    opened.follow<Positions>({ channel: `positions:${district}`, load: async () => NOWHERE, onPublication: onPositions });
  };

  const reload = (): void => {
    boardPoll.now();
    deskPoll.now();
  };
  reload();
  void listen().catch(() => undefined);
  const stopWaking = onWaking({ online: reload, offline: () => void (reachable.value = false), visible: reload });
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(gathering);
    boardPoll.stop();
    deskPoll.stop();
    stopWaking();
    hub?.close();
  });
  return { board, desk, link, heardAt, refusal, alerts, reload };
}

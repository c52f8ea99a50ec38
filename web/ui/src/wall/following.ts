/**
 * All that the wall knows: boards and figures of its districts, live, with a poll as net. Runs for weeks: every list is
 * bounded, and what was closed is forgotten.
 */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { forgetClosed, openBoard, type Board } from "../shared/board.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import type { Publication } from "../shared/incident.ts";
import { makePoll } from "../shared/polling.ts";
import type { Figures, OnDuty } from "./figures.ts";
import { addLine, lineOf, linesFrom, type TickerLine } from "./ticker.ts";

export interface Following {
  boards: readonly Board[];
  figures: ShallowRef<ReadonlyMap<string, Figures>>;
  lines: ShallowRef<readonly TickerLine[]>;
  live: Ref<boolean>;
  /** When the server was last heard, by this machine's clock in milliseconds. */
  heardAt: Ref<number>;
  loaded: Ref<boolean>;
}

const POLL_AWAY_MS = 3000;
/** A net under the feed. */
const POLL_LIVE_MS = 30_000;
const CLOSED_SHOWN_MS = 10 * 60_000;
/** The wall of this machine asks as itself, whoever is signed in in the same browser. */
const LOCAL_TICKET = "/api/v1/connection-token?wall=1";
/** A channel without a log stands nowhere. */
const NOWHERE: Position = { offset: 0, epoch: "" };

export function useFollowing(districts: readonly string[], local: boolean, onLost: () => void): Following {
  const boards = districts.map(openBoard);
  const figures = shallowRef<ReadonlyMap<string, Figures>>(new Map());
  const lines = shallowRef<readonly TickerLine[]>([]);
  const live = ref(false);
  const heardAt = ref(Date.now());
  const loaded = ref(false);
  let hub: Hub | null = null;
  let stopped = false;

  const takeFigures = (next: Figures): void => {
    const known = figures.value.get(next.district);
    if (known && Date.parse(known.at) > Date.parse(next.at)) return;
    figures.value = new Map(figures.value).set(next.district, next);
  };
  const loadFigures = async (district: string): Promise<Position> => {
    takeFigures(await call<Figures>(`/api/v1/districts/${district}/figures`));
    return NOWHERE;
  };
  const loadAll = async (): Promise<void> => {
    try {
      // One after the other: a wall is in no hurry, and shall not be a burst.
      for (const board of boards) {
        await board.load();
        await loadFigures(board.district);
      }
      heardAt.value = Date.now();
      if (!loaded.value) begin();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else if (!(error instanceof ApiError)) throw error;
    }
  };
  const begin = (): void => {
    loaded.value = true;
    const known = linesFrom(boards.flatMap(({ incidents }) => [...(incidents.value?.values() ?? [])]));
    // What the feed has told by now stays.
    lines.value = known.reduce(addLine, lines.value);
  };

  const tidy = (): void => {
    for (const { incidents } of boards)
      if (incidents.value) incidents.value = forgetClosed(incidents.value, Date.now() - CLOSED_SHOWN_MS);
  };

  const poll = makePoll(
    async () => {
      await loadAll();
      tidy();
    },
    () => (live.value ? POLL_LIVE_MS : POLL_AWAY_MS),
    true,
  );

  const onEvent = (publication: Publication): void => {
    lines.value = addLine(lines.value, lineOf(publication));
  };
  const onState = (connected: boolean): void => {
    if (live.value && !connected) heardAt.value = Date.now();
    live.value = connected;
    if (!connected) poll.now();
  };

  const onPositions = (district: string, { positions }: Positions): void => {
    const known = figures.value.get(district);
    if (!known) return;
    const moved = new Map(positions.map((one) => [one.officer, one]));
    const on_duty = known.on_duty.map((one) => ({ ...one, ...pick(moved.get(one.officer)) }));
    figures.value = new Map(figures.value).set(district, { ...known, on_duty });
  };

  const listen = async (): Promise<void> => {
    const opened = await openHub({ ticket: local ? LOCAL_TICKET : "/api/v1/connection-token", onState: (connected) => !stopped && onState(connected) });
    if (stopped) return opened.close();
    hub = opened;
    for (const board of boards) {
      const { district } = board;
      board.follow(opened, onEvent);
      opened.follow<Figures>({ channel: `board:${district}`, load: () => loadFigures(district), onPublication: takeFigures });
      opened.follow<Positions>({ channel: `positions:${district}`, load: async () => NOWHERE, onPublication: (message) => onPositions(district, message) });
    }
  };

  poll.now();
  void listen().catch(() => undefined);
  onScopeDispose(() => {
    stopped = true;
    poll.stop();
    hub?.close();
  });
  return { boards, figures, lines, live, heardAt, loaded };
}

interface OfficerAt {
  officer: string;
  lat: number;
  lng: number;
  at: string;
}

/** One message a second with everybody who moved. */
interface Positions {
  positions: OfficerAt[];
}

function pick(moved: OfficerAt | undefined): Partial<OnDuty> {
  return moved ? { lat: moved.lat, lng: moved.lng, position_at: moved.at } : {};
}

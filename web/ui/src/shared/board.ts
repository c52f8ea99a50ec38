/**
 * One district's open incidents, kept up to date: a snapshot, the feed's events folded over it, a poll as net.
 *
 * Opens no connection of its own; whoever has a hub lets the board follow it. Closed incidents stay, bounded, until
 * somebody forgets them.
 */
import { shallowRef, type ShallowRef } from "vue";
import { call } from "./api.ts";
import { fold, foldDistrict, newer, type Incidents } from "./fold.ts";
import type { Hub, Position } from "./hub.ts";
import { isPanic, type Incident, type Panic, type PanicPublication, type Publication } from "./incident.ts";

export interface Board {
  district: string;
  /** Null until the first snapshot came. */
  incidents: ShallowRef<Incidents<Incident> | null>;
  /** Officers' alarms that stand, the newest first. */
  panics: ShallowRef<readonly Panic[]>;
  load(): Promise<Position>;
  /** A view from an answer of the API, which may be ahead of the feed. */
  take(view: Incident): void;
  takePanic(view: Panic): void;
  follow(hub: Hub, onEvent: (event: Publication) => void, onPanic?: (event: PanicPublication) => void): () => void;
}

interface Snapshot extends Position {
  incidents: Incident[];
  panics?: Panic[];
}

const CLOSED_KEPT = 200;

export function openBoard(district: string): Board {
  const incidents = shallowRef<Incidents<Incident> | null>(null);
  // What arrives while a snapshot travels is newer than it, and would be lost by replacing.
  const arriving = new Set<Incident[]>();

  const take = (view: Incident): void => {
    for (const list of arriving) list.push(view);
    if (incidents.value) incidents.value = foldDistrict(incidents.value, view, district);
  };

  const panics = shallowRef<readonly Panic[]>([]);
  const ringing = new Set<Panic[]>();
  const takePanic = (view: Panic): void => {
    if (view.district !== district) return;
    for (const list of ringing) list.push(view);
    panics.value = foldPanics(panics.value, view);
  };

  const snapshot = async (): Promise<Position> => {
    const meanwhile: Incident[] = [];
    const rung: Panic[] = [];
    arriving.add(meanwhile);
    ringing.add(rung);
    try {
      const { incidents: views, panics: alarms = [], offset, epoch } = await call<Snapshot>(`/api/v1/districts/${district}/board`);
      panics.value = rung.reduce(foldPanics, alarms as readonly Panic[]);
      const merged = merge(incidents.value, views);
      incidents.value = meanwhile.reduce((all, view) => foldDistrict(all, view, district), merged);
      return { offset, epoch };
    } finally {
      arriving.delete(meanwhile);
      ringing.delete(rung);
    }
  };

  let earliest: Position | null = null;
  const load = async (): Promise<Position> => {
    const position = await snapshot();
    earliest ??= position;
    return position;
  };

  let begun = false;
  // The feed goes on where the first snapshot stands: what happened between two of them is told, not skipped.
  const begin = async (): Promise<Position> => {
    const latest = begun || !earliest ? await load() : earliest;
    const position = begun ? latest : (earliest ?? latest);
    begun = true;
    return position;
  };

  const follow = (hub: Hub, onEvent: (event: Publication) => void, onPanic?: (event: PanicPublication) => void): (() => void) =>
    hub.follow<Publication | PanicPublication>({
      channel: `district:${district}`,
      load: begin,
      onPublication: (publication) => {
        if (isPanic(publication)) {
          takePanic(publication.panic);
          return onPanic?.(publication);
        }
        // What is of no incident is of a newer release: passed over, and the next snapshot has it.
        if (!publication.incident) return;
        take(publication.incident);
        onEvent(publication);
      },
    });

  return { district, incidents, panics, load, take, takePanic, follow };
}

const isStanding = ({ status }: Panic): boolean => status !== "cleared";

/** The alarms that stand after this one, the newest first. */
export function foldPanics(known: readonly Panic[], next: Panic): readonly Panic[] {
  const before = known.find(({ id }) => id === next.id);
  // A cleared one stays out: what follows it in the feed is another alarm.
  if (before && before.version >= next.version) return known;
  const others = known.filter(({ id }) => id !== next.id);
  if (!isStanding(next)) return others;
  return [...others, next].sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at));
}

/** The snapshot, where nothing newer is known; what it no longer holds is gone, save what is known as closed. */
export function merge(known: Incidents<Incident> | null, views: readonly Incident[]): Incidents<Incident> {
  const fresh = new Map(views.map((view) => [view.id, newer(known?.get(view.id), view)]));
  const closed = [...(known?.values() ?? [])].filter(({ id, status }) => status === "closed" && !fresh.has(id));
  for (const view of closed.slice(-CLOSED_KEPT)) fresh.set(view.id, view);
  return fresh;
}

/** Adds views from a list, such as what was closed today, without touching newer ones. */
export function addTo(known: Incidents<Incident>, views: readonly Incident[]): Incidents<Incident> {
  return views.reduce<Incidents<Incident>>(fold, known);
}

/** Forgets what was closed before `instant` (milliseconds), so that a page may stay open for weeks. */
export function forgetClosed(known: Incidents<Incident>, instant: number): Incidents<Incident> {
  const old = [...known.values()].filter(({ closed_at }) => closed_at && Date.parse(closed_at) < instant);
  if (old.length === 0) return known;
  const left = new Map(known);
  for (const { id } of old) left.delete(id);
  return left;
}

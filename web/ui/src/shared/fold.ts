/**
 * The pure fold of a feed: an incident is replaced by its newer version, whatever order and how often it arrives.
 *
 * Knows no connection and no page. Old snapshot + events = new snapshot.
 */
export interface Versioned {
  id: string;
  version: number;
}

export type Incidents<View extends Versioned> = ReadonlyMap<string, View>;

/** The newer of two views of one incident; of two equal ones the second, which may say more to this caller. */
export function newer<View extends Versioned>(known: View | null | undefined, next: View): View {
  return known && known.version > next.version ? known : next;
}

export function snapshot<View extends Versioned>(views: readonly View[]): Incidents<View> {
  return new Map(views.map((view) => [view.id, view]));
}

/** The same map when the event is old news, so that nothing is drawn again. */
export function fold<View extends Versioned>(incidents: Incidents<View>, next: View): Incidents<View> {
  const known = incidents.get(next.id);
  if (known && known.version >= next.version) return incidents;
  return new Map(incidents).set(next.id, next);
}

/** Of one district: an incident given to another district leaves this fold. */
export function foldDistrict<View extends Versioned & { district: string }>(
  incidents: Incidents<View>,
  next: View,
  district: string,
): Incidents<View> {
  if (next.district === district) return fold(incidents, next);
  if (!incidents.has(next.id)) return incidents;
  const left = new Map(incidents);
  left.delete(next.id);
  return left;
}

/**
 * Pure: what waits on this phone to be sent, each thing with the key that makes it count once.
 *
 * What belongs to one incident keeps its order; what is refused waits for a person, and what was built on it with it.
 * Sending is `outbox.ts`, keeping is its `Keeping`.
 */
export interface Parcel {
  /** Idempotency-Key, made once: however often it is sent, it happens once. */
  key: string;
  incident: string;
  /** What it does, as the page calls it: `accept`, `photos`. */
  command: string;
  path: string;
  /** When it is not POST. */
  method?: "PUT";
  body: Record<string, unknown>;
  /** A JPEG, which then is the whole body. */
  photo?: ArrayBuffer;
  /** What it is about, in words, where no feed knows it. */
  label?: string;
  /** When it was done, by the server's clock, in milliseconds. */
  at: number;
  /** It could not be sent at once: whoever did it looks at something else by now. */
  waited?: boolean;
  refusal?: Refusal;
}

/** Why the server said no. It stands here until the person settles it. */
export interface Refusal {
  code: string;
  sentence: string;
  details: Record<string, unknown>;
  at: number;
}

export type Queue = readonly Parcel[];

export interface Bounds {
  parcels: number;
  bytes: number;
}

export const PHOTOS = "photos";
/** Beside a photo a parcel is a few short fields. */
const SMALL_BYTES = 500;

export const bytesOf = (queue: Queue): number =>
  queue.reduce((sum, { photo, body }) => sum + SMALL_BYTES + (photo?.byteLength ?? 0) + JSON.stringify(body).length, 0);

export const fits = (queue: Queue, parcel: Parcel, bounds: Bounds): boolean =>
  queue.length < bounds.parcels && bytesOf([...queue, parcel]) <= bounds.bytes;

/** The same deed twice is one; photos are each their own, and after a refusal one may try again. */
export const isKnown = (queue: Queue, { incident, command }: Pick<Parcel, "incident" | "command">): boolean =>
  command !== PHOTOS && queue.some((other) => other.incident === incident && other.command === command && !other.refusal);

/**
 * What goes next: the first of each incident, unless it was refused; deeds before photos, which take long.
 */
export function nextOf(queue: Queue): Parcel | null {
  const firsts = new Map<string, Parcel>();
  for (const parcel of queue) if (!firsts.has(parcel.incident)) firsts.set(parcel.incident, parcel);
  const ready = [...firsts.values()].filter(({ refusal }) => !refusal);
  return ready.find(({ photo }) => !photo) ?? ready[0] ?? null;
}

export const without = (queue: Queue, keys: readonly string[]): Queue => queue.filter(({ key }) => !keys.includes(key));

/** What goes with it when it does: a photo of an incident goes alone, a deed takes along what was done later with it. */
export function goingWith(queue: Queue, key: string): string[] {
  const at = queue.findIndex((parcel) => parcel.key === key);
  const gone = queue[at];
  if (!gone) return [];
  if (gone.command === PHOTOS) return [key];
  return queue.filter((parcel, i) => i >= at && parcel.incident === gone.incident).map((parcel) => parcel.key);
}

export const replaced = (queue: Queue, parcel: Parcel): Queue => queue.map((other) => (other.key === parcel.key ? parcel : other));

export const parcelsOf = (queue: Queue, incident: string): Parcel[] => queue.filter((parcel) => parcel.incident === incident);

/** What still counts on the page as done: nothing that was refused, nor what was built on it. */
export function standing(queue: Queue): Parcel[] {
  const stopped = new Set<string>();
  return queue.filter(({ incident, refusal }) => {
    if (refusal) stopped.add(incident);
    return !stopped.has(incident);
  });
}

/** What was stored by an older page, or by nobody: anything that is no parcel is left out. */
export function readQueue(text: string | null): Parcel[] {
  try {
    const stored: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(stored) ? stored.filter(isParcel) : [];
  } catch {
    return [];
  }
}

export function isParcel(value: unknown): value is Parcel {
  const parcel = value as Partial<Parcel> | null;
  return (
    typeof parcel?.key === "string" &&
    typeof parcel.incident === "string" &&
    typeof parcel.command === "string" &&
    typeof parcel.path === "string" &&
    typeof parcel.at === "number" &&
    typeof parcel.body === "object"
  );
}

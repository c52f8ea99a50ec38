/** Parked cars on record: what the phone says of a photo, and what the server says of records. */
import { call, newKey } from "../shared/api.ts";
import type { Location } from "../shared/incident.ts";
import type { Parcel, Queue } from "../shared/queue.ts";

export const GROUNDS = ["obstructing", "fire_lane", "bus_stop", "sign", "line", "other"] as const;
export type Grounds = (typeof GROUNDS)[number];
const STATES = ["waits", "returned", "noticed", "left", "none", "warning", "penalty", "withdrawn"] as const;
export type RecordState = (typeof STATES)[number];
export const isRecordState = (said: unknown): said is RecordState => STATES.some((one) => one === said);

export interface RecordPhoto {
  capture: string;
  kind: "first" | "again" | "left" | "stays";
  at: string;
  url: string;
}

export interface ParkingRecord {
  id: string;
  state: RecordState;
  place: string | null;
  zone: string | null;
  plate: string;
  plate_full?: string;
  grounds: Grounds;
  offence: number | null;
  respond_by: string | null;
  reply: string | null;
  captured_at: string;
  author: string;
  mine: boolean;
  returned_reason: string | null;
  withdrawn_reason: string | null;
  waits: boolean;
  notices: number;
  code: string;
  photos: RecordPhoto[];
}

/** A photo that was taken just now: the record is there, and only wants a plate. */
export interface Shot {
  id: string;
  picture: Blob;
  at: number;
  place: Location | null;
}

/** A photo that the server refused, and what was typed to it: the way back to the camera. */
export interface Retake {
  /** The id of the refused photo, and the key under which it still waits, if it does. */
  capture: string;
  key: string | null;
  /** Why it was refused, in the officer's language. */
  sentence: string;
  plate: string;
  grounds: Grounds | null;
  /** The record that the photo should have shown to have ended. */
  record: Pick<ParkingRecord, "id" | "plate"> | null;
}

/** `along`: what was built on the photo. `held`: photo and all still wait until the officer settles it. */
export function retakeOf(photo: Parcel, along: Queue, sentence: string, held: boolean): Retake {
  const filing = along.find(({ path }) => path === "/api/v1/parking-records")?.body;
  const ending = along.find(({ path }) => path.endsWith("/end"));
  const id = /\/parking-records\/([^/]+)\/end$/.exec(ending?.path ?? "")?.[1];
  return {
    capture: photo.incident,
    key: held ? photo.key : null,
    sentence,
    plate: typeof filing?.plate === "string" ? filing.plate : "",
    grounds: GROUNDS.find((one) => one === filing?.grounds) ?? null,
    record: id ? { id, plate: ending?.label ?? "" } : null,
  };
}

/** What may lie on the phone of one's own records: no whole plate, no words of others, no pictures. */
export const keepable = (one: ParkingRecord): ParkingRecord => {
  const { plate_full: _plate, ...shown } = one;
  return { ...shown, returned_reason: null, withdrawn_reason: null, photos: [] };
};

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** The phone names its photos itself, so that one that is sent twice is one: 26 letters and digits. */
export function newCaptureId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => LETTERS[byte & 31]).join("");
}

/** Where a photo goes, with what the phone says of it. */
export function pathOf({ id, at, place }: Pick<Shot, "id" | "at" | "place">): string {
  const asked = new URLSearchParams({ device_at: new Date(at).toISOString() });
  if (place) {
    asked.set("lat", String(place.lat));
    asked.set("lng", String(place.lng));
    if (place.accuracy_m !== null && place.accuracy_m !== undefined) asked.set("accuracy_m", String(place.accuracy_m));
  }
  return `/api/v1/captures/${id}/photos?${asked}`;
}

/** What may be done next with one's own record. `late`: the owner's time is up. */
export function nextDeeds(record: ParkingRecord, now: number, police: boolean): ("left" | "confirm" | "stays")[] {
  if (record.state !== "noticed") return [];
  const late = record.respond_by !== null && Date.parse(record.respond_by) <= now;
  return [...(record.reply === "moved" ? (["confirm"] as const) : []), "left", ...(late && police ? (["stays"] as const) : [])];
}

export const records = async (waiting = false): Promise<ParkingRecord[]> =>
  (await call<{ records: ParkingRecord[] }>(`/api/v1/parking-records${waiting ? "/waiting" : ""}`)).records;

export const record = async (id: string): Promise<ParkingRecord> => (await call<{ record: ParkingRecord }>(`/api/v1/parking-records/${id}`)).record;

export const countersign = (id: string, approve: boolean, reason: string): Promise<unknown> =>
  call(`/api/v1/parking-records/${id}/countersign`, { method: "POST", key: newKey(), body: approve ? { approve } : { approve, reason } });

export const withdraw = (id: string, reason: string): Promise<unknown> =>
  call(`/api/v1/parking-records/${id}/withdraw`, { method: "POST", key: newKey(), body: { reason } });

/** A week's roster as the page knows it, and how it is laid out. Pure; days and times are Beijing's. */
import { wallDate, wallTime } from "../shared/beijing.ts";
import { t } from "../shared/i18n.ts";

export type Role = "leader" | "police" | "auxiliary";
export const ROLES: readonly Role[] = ["leader", "police", "auxiliary"];
export type Needs = Partial<Record<Role, number>>;

export interface Place {
  officer: string;
  role: Role;
  signed_on_at: string | null;
  signed_off_at: string | null;
  status: string | null;
  ended_how: string | null;
  returned: number | null;
}

export interface Ready {
  role: Role;
  required: number;
  rostered: number;
  signed_on: number;
  missing: number;
}

export interface Shift {
  id: string;
  name: string;
  zone: string | null;
  starts_at: string;
  ends_at: string;
  grace_minutes: number;
  needs: Needs;
  places: Place[];
  readiness: Ready[];
}

export interface Zone {
  code: string;
  name: string;
  name_en: string;
  active: boolean;
}

export interface Template {
  id: string;
  name: string;
  starts_minute: number;
  minutes: number;
  grace_minutes: number;
  needs: Needs;
}

export interface Unplanned {
  officer: string;
  role: Role;
  zone: string | null;
  signed_on_at: string;
  signed_off_at: string | null;
  ended_how: string | null;
  returned: number | null;
  status: string;
}

export interface Roster {
  district: string;
  week: string;
  at: string;
  published_at: string | null;
  shifts: Shift[];
  unplanned: Unplanned[];
  zones: Zone[];
  templates: Template[];
  officers: { officer: string; unit: string; role: "police" | "auxiliary" }[];
}

const DAY_MS = 86_400_000;

/** `2026-11-30` and so many days: `2026-12-01`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday of the week in which an instant lies. */
export function weekOf(instant: number | string): string {
  const day = wallDate(instant);
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

export const daysOf = (week: string): string[] => [0, 1, 2, 3, 4, 5, 6].map((days) => addDays(week, days));

/** `11月30日` */
export const dateText = (day: string): string => t("duty.date", { month: Number(day.slice(5, 7)), day: Number(day.slice(8, 10)) });

export interface Row {
  /** Null: the whole district. */
  zone: Zone | null;
  days: Shift[][];
}

/** The whole district first, then each zone that is in use or has a shift; a shift stands on the day it begins. */
export function rowsOf(roster: Roster): Row[] {
  const used = new Set(roster.shifts.map(({ zone }) => zone));
  const zones: (Zone | null)[] = [null, ...roster.zones.filter(({ code, active }) => active || used.has(code))];
  return zones.map((zone) => {
    const mine = roster.shifts.filter((shift) => shift.zone === (zone?.code ?? null));
    return { zone, days: daysOf(roster.week).map((day) => mine.filter((shift) => wallDate(shift.starts_at) === day)) };
  });
}

export type When = "over" | "now" | "ahead";

export function whenOf(shift: Shift, now: number): When {
  if (now >= Date.parse(shift.ends_at)) return "over";
  return now >= Date.parse(shift.starts_at) ? "now" : "ahead";
}

export type Presence = "there" | "left" | "missing" | "planned";

/** There, gone again, missing since the begin, or simply planned. */
export function presenceOf(place: Place, shift: Shift, now: number): Presence {
  if (place.signed_on_at && place.signed_off_at && whenOf(shift, now) === "now") return "left";
  if (place.signed_on_at) return "there";
  return now >= Date.parse(shift.starts_at) ? "missing" : "planned";
}

/** Before its begin it counts who is planned, from then on who has come. */
export const lacking = (shift: Shift, now: number): number =>
  shift.readiness.reduce((sum, one) => sum + (whenOf(shift, now) === "ahead" ? Math.max(0, one.required - one.rostered) : one.missing), 0);

export const spanText = ({ starts_at, ends_at }: Pick<Shift, "starts_at" | "ends_at">): string => `${wallTime(starts_at)}–${wallTime(ends_at)}`;

/** `1320` → `22:00` */
export function clockText(minute: number): string {
  const within = ((minute % 1440) + 1440) % 1440;
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
}

/** A file's bytes as text: UTF-8, or what spreadsheets here write. */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

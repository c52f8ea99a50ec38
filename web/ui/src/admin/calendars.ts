/** The city's calendar over the API: loaded by year, one day set, a file checked and taken in. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { useDoing } from "../shared/doing.ts";
import { t } from "../shared/i18n.ts";
import { sentenceOf } from "../shared/sentences.ts";
import type { CalendarDay } from "./calendar.ts";

export interface CalendarOfCity {
  cities: { code: string; name: string; name_en: string; may_change: boolean }[];
  city: string;
  year: number;
  years: number[];
  missing: number[];
  days: CalendarDay[];
}

export interface TakenIn {
  new: number;
  changed: number;
  ended: number;
  unchanged: number;
  moved: number;
  refused: number;
  refused_lines: { line: number; value: string; message: string }[];
  written: boolean;
}

const PATH = "/api/v1/admin/calendar";

export interface Calendars {
  found: ShallowRef<CalendarOfCity | null>;
  problem: Ref<string>;
  busy: Ref<boolean>;
  trouble: Ref<string>;
  /** What a file would change. */
  told: ShallowRef<TakenIn | null>;
  said: Ref<string>;
  load(year?: number, city?: string): Promise<void>;
  set(day: string, what: { working: boolean; name: string } | null): Promise<boolean>;
  check(file: File): Promise<void>;
  takeIn(file: File): Promise<boolean>;
  forget(): void;
}

export function useCalendar(onLost: () => void): Calendars {
  const found = shallowRef<CalendarOfCity | null>(null);
  const told = shallowRef<TakenIn | null>(null);
  const problem = ref("");
  const said = ref("");
  const { busy, problem: trouble, go } = useDoing(onLost);

  const load = async (year = found.value?.year, city = found.value?.city): Promise<void> => {
    const query = new URLSearchParams({ ...(year ? { year: String(year) } : {}), ...(city ? { city } : {}) });
    if (year !== found.value?.year || city !== found.value?.city) told.value = null;
    try {
      found.value = await call<CalendarOfCity>(`${PATH}?${query}`);
      problem.value = "";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
    }
  };
  void load();

  const send = async (path: string, file: File): Promise<TakenIn | null> => {
    const body = new FormData();
    body.append("file", file);
    return go<TakenIn>(`${PATH}/${found.value?.city}${path}?year=${found.value?.year}`, body);
  };
  const after = async (done: TakenIn, sentence: string): Promise<void> => {
    said.value = done.moved ? `${sentence} ${t("calendar.moved.done", { n: done.moved })}` : sentence;
    await load();
  };

  return {
    found, problem, busy, trouble, told, said, load,
    async set(day, what) {
      said.value = "";
      const at = `${PATH}/${found.value?.city}/${day}`;
      const done = what ? await go<TakenIn>(at, { working: what.working, name: what.name || null }, "PUT") : await go<TakenIn>(at, undefined, "DELETE");
      if (done) await after(done, t("calendar.saved", { day }));
      return done !== null;
    },
    async check(file) {
      said.value = "";
      told.value = await send("/check", file);
    },
    async takeIn(file) {
      const done = await send("", file);
      if (!done?.written) {
        told.value = done ?? told.value;
        return false;
      }
      told.value = null;
      await after(done, t("calendar.taken_in", { year: found.value?.year ?? "" }));
      return true;
    },
    forget() {
      told.value = null;
    },
  }; // prettier-ignore
}

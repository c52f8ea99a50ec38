/** A year's calendar as it is shown: its weeks, the days that differ gathered into ranges, and the same as a file. Pure. */

export interface CalendarDay {
  day: string;
  working: boolean;
  name: string | null;
}

export interface Range {
  first: string;
  last: string;
  days: number;
  working: boolean;
  name: string | null;
}

const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const DAY_MS = 86_400_000;
const written = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** 0 is Sunday. */
export const weekday = (day: string): number => new Date(utc(day)).getUTCDay();

/** What a day is: what is said of it, else Monday to Friday are worked. */
export const isWorking = (day: string, said: CalendarDay | undefined): boolean => said?.working ?? ![0, 6].includes(weekday(day));

/** Twelve months of weeks that begin on Monday; null where a week belongs to another month. */
export function monthsOf(year: number): (string | null)[][][] {
  return Array.from({ length: 12 }, (_, month) => {
    const first = Date.UTC(year, month, 1);
    const length = (Date.UTC(year, month + 1, 1) - first) / DAY_MS;
    const before = (new Date(first).getUTCDay() + 6) % 7;
    const weeks = Math.ceil((before + length) / 7);
    return Array.from({ length: weeks }, (_, week) =>
      Array.from({ length: 7 }, (_, at) => {
        const n = week * 7 + at - before;
        return n < 0 || n >= length ? null : written(first + n * DAY_MS);
      }),
    );
  });
}

/** Days in a row that are the same, as one. */
export function rangesOf(days: readonly CalendarDay[]): Range[] {
  const found: Range[] = [];
  for (const one of [...days].sort((a, b) => a.day.localeCompare(b.day))) {
    const before = found.at(-1);
    if (before && before.working === one.working && before.name === one.name && utc(one.day) - utc(before.last) === DAY_MS) {
      before.last = one.day;
      before.days += 1;
    } else found.push({ first: one.day, last: one.day, days: 1, working: one.working, name: one.name });
  }
  return found;
}

const cell = (text: string): string => (/[",\n\r]/.test(text) || /^[=+\-@\t]/.test(text) ? `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"` : text);

/** The year as a file that is taken in again as it is; with a mark by which spreadsheets know its letters. */
export function csvOf(days: readonly CalendarDay[]): string {
  const rows = rangesOf(days).map((one) => [one.first, one.last === one.first ? "" : one.last, one.working ? "上班" : "放假", one.name ?? ""]);
  return `\uFEFF${[["日期", "结束日期", "类型", "名称"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

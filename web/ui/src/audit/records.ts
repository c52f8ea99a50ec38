/** Pure: how records of the audit are asked for and read. */
import { has, t } from "../shared/i18n.ts";

export interface AuditRecord {
  id: string;
  at: string;
  actor: string;
  role: string;
  action: string;
  subject: string;
  reason: string | null;
  success: boolean;
}

/** As the form has it: days of Beijing, both included. */
export interface Filter {
  from: string;
  to: string;
  person: string;
  action: string;
  success: string;
}

/** What stands behind the question mark; empty fields are left out. A day begins at midnight in Beijing. */
export function queryOf(filter: Filter, after = ""): string {
  const query = new URLSearchParams();
  if (filter.from) query.set("since", `${filter.from}T00:00:00+08:00`);
  if (filter.to) query.set("until", `${nextDay(filter.to)}T00:00:00+08:00`);
  for (const name of ["person", "action", "success"] as const) if (filter[name].trim()) query.set(name, filter[name].trim());
  if (after) query.set("after", after);
  return query.toString();
}

function nextDay(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

/** A code in words where the catalogue has some; else as it was written. */
export const worded = (area: string, code: string): string => (has(`${area}.${code}`) ? t(`${area}.${code}`) : code);

/** Why: a look's reason, an order's, or what a person wrote. */
export const reasonText = (reason: string): string => (has(`account.look.${reason}`) ? t(`account.look.${reason}`) : worded("staff.because", reason));

/** What a record is about: its kind in words, then its name; a service number stands alone. */
export function subjectText(subject: string): string {
  const at = subject.indexOf(":");
  return at < 0 ? subject : `${worded("audit.subject", subject.slice(0, at))} ${subject.slice(at + 1)}`;
}

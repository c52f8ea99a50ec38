/** What the API tells of a flag's versions, and what each changed, in words. */
import { t } from "../shared/i18n.ts";
import { boundOf, differences } from "./guards.ts";
import { between, figured, type Check, type Estimate, type Guard, type State } from "./rollouts.ts";

interface Stage {
  state: State;
  percent: number | null;
}

export interface FlagVersion {
  key: string;
  version: number;
  at: string;
  by: string;
  reason: string | null;
  changes: { district: string; before: Stage; after: Stage }[];
  killed: boolean | null;
  step: {
    rollout: string;
    name: "start" | "widen" | "pause" | "resume" | "guards" | "finish" | "roll_back";
    percent: number;
    guards: Guard[] | null;
    were: Guard[] | null;
    crossed: { check: Check; pilot: Estimate; control: Estimate } | null;
  } | null;
  rule: number | null;
  is_current: boolean;
  may_return: boolean;
}

export interface FlagHistory {
  versions: FlagVersion[];
  older: string | null;
}

const stage = ({ state, percent }: Stage): string => t(`admin.stage.${state}`, { n: percent ?? 0 });

/** Each thing that changed, a sentence of its own. */
export function changesOf({ changes, killed, step }: FlagVersion, nameOf: (code: string) => string): string[] {
  return [
    ...(killed === null ? [] : [t(killed ? "admin.history.killed" : "admin.history.restored")]),
    ...changes.map(({ district, before, after }) => t("admin.history.stage", { district: nameOf(district), before: stage(before), after: stage(after) })),
    ...(step?.name === "guards" ? differences(step.were ?? [], step.guards ?? []) : []),
  ];
}

/** Who did it: a service number, or the service itself. */
export function byWhom(by: string): string {
  return by === "system" ? t("admin.history.by_service") : by === "operator" ? t("admin.history.by_operator") : by;
}

/** What crossed: the figure of both groups at that moment, and the bound. */
export function crossingOf({ step }: FlagVersion): string | null {
  if (!step?.crossed) return null;
  const { check, pilot, control } = step.crossed;
  const told = (one: Estimate): string => `${figured(check.figure, one)} (${between(check.figure, one)}, n=${one.n})`;
  const params = { figure: t(`admin.figure.${check.figure}`), pilot: told(pilot), control: told(control), bound: boundOf(check) };
  return t(check.against === "limit" ? "admin.history.crossed.limit" : "admin.history.crossed", params);
}

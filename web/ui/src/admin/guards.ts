/** Guards as an administrator sets them, in points and seconds, and how near each is to being crossed, in words. */
import { t } from "../shared/i18n.ts";
import { FIGURES, isTime, type Check, type Figure, type Guard } from "./rollouts.ts";

export const LEAST_N = 20;
export const USUAL_N = 50;

/** One line of the form. Empty: no such bound. */
export interface GuardLine {
  figure: Figure;
  worseBy: number | "";
  limit: number | "";
  leastN: number;
}

/** Shares are typed in per cent, times in seconds. */
const typed = (figure: Figure, bound: number | undefined): number | "" => (bound === undefined ? "" : isTime(figure) ? bound : round(bound * 100));
const sent = (figure: Figure, bound: number | ""): { given: number } | null => (bound === "" ? null : { given: isTime(figure) ? bound : round(bound) / 100 });
const round = (value: number): number => Math.round(value * 1000) / 1000;

/** A line for every figure, those without a guard empty. */
export function linesOf(guards: readonly Guard[]): GuardLine[] {
  return FIGURES.map((figure) => {
    const guard = guards.find((one) => one.figure === figure);
    return { figure, worseBy: typed(figure, guard?.worse_by), limit: typed(figure, guard?.limit), leastN: guard?.least_n ?? USUAL_N };
  });
}

/** The guards of the lines that have a bound. */
export function guardsOf(lines: readonly GuardLine[]): Guard[] {
  return lines
    .filter(({ worseBy, limit }) => worseBy !== "" || limit !== "")
    .map(({ figure, worseBy, limit, leastN }) => {
      const [worse, most] = [sent(figure, worseBy), sent(figure, limit)];
      return { figure, ...(worse && { worse_by: worse.given }), ...(most && { limit: most.given }), least_n: leastN };
    });
}

/** A difference or a bound: points of a share with one decimal, or whole seconds. */
export function amount(figure: Figure, value: number): string {
  return isTime(figure) ? t("admin.seconds", { n: Math.round(value) }) : t("admin.points", { n: (value * 100).toFixed(1) });
}

/** The bound itself: “at most 5.0 points worse”, “at most 5.0%”. */
export function boundOf({ figure, against, allowed }: Pick<Check, "figure" | "against" | "allowed">): string {
  if (against === "control") return t("admin.guard.worse", { amount: amount(figure, allowed) });
  const limit = isTime(figure) ? t("admin.seconds", { n: Math.round(allowed) }) : `${(allowed * 100).toFixed(1)}%`;
  return t(figure === "kept" ? "admin.guard.least" : "admin.guard.most", { limit });
}

/** How the pilot stands to it; of too few cases how many are there and how many are needed. */
export function standing(check: Check): string {
  const { figure, against, found, state, n, control_n: others, least_n: least } = check;
  if (state === "too_few") return others === null ? t("admin.guard.too_few", { n, least }) : t("admin.guard.too_few.both", { n, others, least });
  if (state === "crossed" || state === "unclear" || found === null) return t(`admin.guard.${state}`);
  if (against === "limit") return t("admin.guard.kept_to");
  return found <= 0 ? t("admin.guard.no_worse") : t("admin.guard.is_worse", { amount: amount(figure, found) });
}

/** What changed from some guards to others, a sentence for each figure. */
export function differences(before: readonly Guard[], after: readonly Guard[]): string[] {
  const told = (guards: readonly Guard[], figure: Figure): string => {
    const guard = guards.find((one) => one.figure === figure);
    return guard ? [...boundsOf(guard).map(boundOf), t("admin.guard.from", { n: guard.least_n ?? USUAL_N })].join(", ") : t("admin.guard.none");
  };
  return FIGURES.filter((figure) => told(before, figure) !== told(after, figure)).map((figure) =>
    t("admin.history.guard", { figure: t(`admin.figure.${figure}`), before: told(before, figure), after: told(after, figure) }),
  );
}

function boundsOf({ figure, worse_by: worse, limit }: Guard): Pick<Check, "figure" | "against" | "allowed">[] {
  return [
    ...(worse === undefined ? [] : [{ figure, against: "control" as const, allowed: worse }]),
    ...(limit === undefined ? [] : [{ figure, against: "limit" as const, allowed: limit }]),
  ];
}

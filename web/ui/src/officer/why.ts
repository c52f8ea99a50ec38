/** Pure: what a stored decision was asked and what it said, in words. */
import { t } from "../shared/i18n.ts";
import { columnName, wordName } from "../shared/terms.ts";

function tellValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(tellValue).join(t("officer.why.or"));
  return wordName(String(value));
}

/** "Reason: fire lane, hour: 3"; what is empty is not told. */
export const tellPairs = (values: Record<string, unknown>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => t("officer.why.pair", { name: columnName(name), value: tellValue(value) }))
    .join(t("officer.why.comma"));

/** What held instead of the table's word: a number of the district's or the installation's, or what a person decided. */
export function insteadOf(instead: string | null): string {
  if (instead?.startsWith("override:")) return t("officer.why.instead.override");
  const [whose, number] = (instead ?? "").split(":");
  return number && (whose === "district" || whose === "setting") ? t(`officer.why.instead.${whose}`, { n: number }) : "";
}

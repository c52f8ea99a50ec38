/** What was asked of a table and what it said, in words. */
import { t } from "../shared/i18n.ts";
import { columnName } from "../shared/terms.ts";
import { tellValue } from "./cells.ts";
import { names } from "./naming.ts";
import type { About, Column, Result } from "./rules.ts";

const pairs = (columns: readonly Column[], values: Record<string, unknown>): string =>
  columns
    .filter(({ field }) => values[field] !== undefined && values[field] !== null)
    .map((column) => t("desk.pair", { name: columnName(column.field), value: tellValue(column, values[column.field], names) }))
    .join(t("desk.comma"));

/** "kind: move a car, hour: 3"; what is not named is the usual. */
export const tellGiven = ({ inputs }: About, given: Record<string, unknown>): string => pairs(inputs, given) || t("desk.usual");

/** Each row's result, several with a stroke between them. */
export const tellResults = ({ outputs }: About, results: readonly Result[]): string =>
  results.map((one) => pairs(outputs, one)).join(t("desk.semicolon")) || t("desk.say.none");

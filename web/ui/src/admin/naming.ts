/** The names of cells' contents and of their faults, from the catalogue. */
import { t } from "../shared/i18n.ts";
import { columnName, wordName } from "../shared/terms.ts";
import type { Names } from "./cells.ts";
import type { Fault } from "./rules.ts";

export const names: Names = {
  word: (_, value) => wordName(value),
  say: (key, params = {}) => t(`desk.say.${key}`, params),
};

/** What is wrong, with the column called as the grid calls it. */
export const tellFault = ({ code, row, column, case: number, params }: Fault): string =>
  t(`rules.fault.${code}`, { ...(params as Record<string, string | number>), row: row ?? 0, case: number ?? 0, column: columnName(column ?? "") });

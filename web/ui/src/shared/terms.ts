/** How rules, their columns and their values are called: one vocabulary for the rule desk and the incident's page. */
import { has, t } from "./i18n.ts";

const named = (kind: string, code: string): string => (has(`rules.${kind}.${code}`) ? t(`rules.${kind}.${code}`) : code);

export const tableName = (table: string): string => named("table", table);
/** A column, or a word that stands in one, that nobody has named shows itself. */
export const columnName = (field: string): string => named("column", field);
export const wordName = (value: string): string => named("value", value);

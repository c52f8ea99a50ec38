/** Pure: rows of a grid added and moved. */
import type { Row } from "./rules.ts";

/** A row that says nothing yet, with a name that no other row has: differences are told by names. */
export function freshRow(rows: readonly Row[]): Row {
  const taken = new Set(rows.map(({ id }) => id));
  let number = rows.length + 1;
  while (taken.has(`row_${number}`)) number++;
  return { id: `row_${number}`, cells: {}, note: {} };
}

/** The rows with the one at `index` moved up (-1) or down (1). */
export function moved(rows: readonly Row[], index: number, by: -1 | 1): Row[] {
  const next = [...rows];
  const [row] = next.splice(index, 1);
  if (row) next.splice(index + by, 0, row);
  return next;
}

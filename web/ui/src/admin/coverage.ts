/** Pure: the share of a district's cars that have a sticker. */
import type { Covered } from "./data.ts";

/** With one decimal, rounded down: thirty per cent are said when they are reached. */
export const sharePercent = ({ bound, vehicles }: Covered): string =>
  vehicles ? `${(Math.floor((bound * 1000) / vehicles) / 10).toFixed(1)} %` : "–";

/** The distance to the server's clock outlives the page, so that a reload without a network still counts down rightly. */
import { assumeSkew, measuredSkew } from "../shared/api.ts";

const STORE = "wufen:skew";
/** A phone's clock is corrected a little all the time. */
const DRIFT_MS = 1000;

export function recallSkew(): void {
  const [low, high] = (localStorage.getItem(STORE) ?? "").split(" ").map(Number);
  if (low !== undefined && high !== undefined && low <= high) assumeSkew({ low: low - DRIFT_MS, high: high + DRIFT_MS });
}

export function keepSkew(): void {
  const skew = measuredSkew();
  if (skew) localStorage.setItem(STORE, `${skew.low} ${skew.high}`);
}

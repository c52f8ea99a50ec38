/** Minutes and seconds that are left, as `27:05`; empty once there are none. */
export function timeLeft(ms: number): string {
  if (!(ms > 0)) return "";
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

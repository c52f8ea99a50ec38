/** What the server prints for the wall. Types only. */
import type { District } from "../shared/districts.ts";

export interface WallData {
  platform: string;
  /** What the wall of this machine may see without a sign-in; else empty. */
  districts: District[];
}

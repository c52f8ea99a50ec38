/** What the server prints for the wall. Types only. */
import type { District } from "../shared/districts.ts";
import type { CityMap } from "./maps.ts";

export interface WallData {
  platform: string;
  /** What the wall of this machine may see without a sign-in; else empty. */
  districts: District[];
  /** What is drawn of each city; names and places of the street, nothing of people. */
  maps: CityMap[];
}

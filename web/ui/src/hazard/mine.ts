/** Which hazards this phone follows. */
import { ownLinks } from "../shared/own-links.ts";
import type { Category } from "./data.ts";

export interface Mine {
  incident: string;
  token: string;
  reason: Category;
  at: number;
}

const links = ownLinks<Mine>("wufen:hazards", 20, ({ incident }) => incident);

export const mine = links.all;
export const remember = links.remember;
export const forget = (incident: string): void => links.forget((one) => one.incident === incident);

/** The links of what was reported with this phone. */
import { ownLinks } from "../shared/own-links.ts";
import type { Offence } from "./data.ts";

export interface Mine {
  report: string;
  token: string;
  offence: Offence;
}

const links = ownLinks<Mine>("wufen:reports", 10, ({ report }) => report);

export const mine = links.all;
export const remember = links.remember;
export const forget = (token: string): void => links.forget((one) => one.token === token);

import type { Reasons } from "../shared/because.ts";

/** What the server prints for the officer's page. Types only. */
export interface OfficerData {
  door: "police" | "auxiliary";
  platform: string;
  reasons?: Reasons;
  /** Which build of the front end has printed it. */
  build: string;
  /** Whether the page is in the words of the officer's own city. */
  worded: boolean;
  /** `register`: the form that asks for an account, at this door. */
  mode?: "register";
}

/** The districts by name, in the page's language. */
import { call } from "./api.ts";

export interface District {
  code: string;
  name: string;
}

export type Module = "move_car" | "accidents" | "reports" | "hazards" | "parking" | "duty";

/** A district of whoever is signed in, with the modules that are on there for him. */
export interface OwnDistrict extends District {
  modules: Module[];
}

export interface DistrictView {
  code: string;
  name: string;
  name_en: string;
}

export async function everyDistrict(): Promise<District[]> {
  const { districts } = await call<{ districts: DistrictView[] }>("/api/v1/districts");
  return named(districts);
}

/** What the server tells of districts, with the name in the page's language. */
export function named(districts: readonly DistrictView[]): District[] {
  const chinese = document.documentElement.lang.startsWith("zh");
  return districts.map(({ code, name, name_en }) => ({ code, name: chinese ? name : name_en }));
}

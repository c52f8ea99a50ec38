/** The districts by name, in the page's language. */
import { call } from "./api.ts";

export interface District {
  code: string;
  name: string;
}

interface DistrictView {
  code: string;
  name: string;
  name_en: string;
}

/** The given districts, in their order by code; those that the server does not know keep their code as name. */
export async function districtsOf(codes: readonly string[]): Promise<District[]> {
  const known = new Map((await everyDistrict()).map((one) => [one.code, one]));
  return codes.map((code) => known.get(code) ?? { code, name: code });
}

export async function everyDistrict(): Promise<District[]> {
  const { districts } = await call<{ districts: DistrictView[] }>("/api/v1/districts");
  const chinese = document.documentElement.lang.startsWith("zh");
  return districts.map(({ code, name, name_en }) => ({ code, name: chinese ? name : name_en }));
}

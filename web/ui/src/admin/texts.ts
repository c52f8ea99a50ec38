/** What the API sends of a city's own words; and, pure, which of them somebody looks for, and how one will look. */
import type { Language } from "../shared/boot.ts";

export const LANGUAGES: readonly Language[] = ["zh", "en"];
/** In the order in which they are offered; the first part of a key. */
export const AREAS = ["driver", "owner", "notice", "errors", "help", "privacy", "common", "staff", "officer"] as const;
export type Area = (typeof AREAS)[number];

export interface Text {
  key: string;
  product: Record<Language, string>;
  /** Null: as the product says it. */
  own: Record<Language, string | null>;
  /** In which languages the city's text no longer fits its sentence, and is not shown. */
  unfit: Language[];
  placeholders: string[];
  longest: Record<Language, number>;
  changed_at: string | null;
  changed_by: string | null;
}

export type Examples = Record<string, Record<Language, string>>;

export interface City {
  code: string;
  name: string;
  name_en: string;
  may_change: boolean;
}

export interface CityTexts {
  cities: City[];
  city: string;
  texts: Text[];
  /** With what a placeholder may be filled. */
  examples: Examples;
}

export interface Wanted {
  area: Area;
  search: string;
  onlyOwn: boolean;
}

export const textsPath = (city: string): string => `/api/v1/admin/texts${city ? `?city=${encodeURIComponent(city)}` : ""}`;
export const textPath = (city: string, key: string): string => `/api/v1/admin/texts/${encodeURIComponent(city)}/${encodeURIComponent(key)}`;

export const isOwn = ({ own }: Text): boolean => own.zh !== null || own.en !== null;

/** What is said now in a language. */
export const saidNow = (text: Text, language: Language): string => (text.unfit.includes(language) ? text.product[language] : (text.own[language] ?? text.product[language]));

/** Of an area; of all when somebody searches: he knows what it says, and not where it stands. */
export function findTexts(texts: readonly Text[], { area, search, onlyOwn }: Wanted): Text[] {
  const sought = search.trim().toLowerCase();
  return texts.filter((text) => {
    if (onlyOwn && !isOwn(text)) return false;
    if (!sought) return onlyOwn || text.key.startsWith(`${area}.`);
    const says = [text.key, ...LANGUAGES.flatMap((language) => [text.product[language], text.own[language] ?? ""])];
    return says.some((one) => one.toLowerCase().includes(sought));
  });
}

/** A text with examples filled in, as somebody will read it. */
export function previewOf(text: string, examples: Examples, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => examples[name]?.[language] ?? whole);
}

/** What is to be sent: null where it says what the product says. */
export const wishOf = (text: Text, drafts: Record<Language, string>): Record<Language, string | null> => ({
  zh: drafts.zh.trim() === text.product.zh ? null : drafts.zh.trim(),
  en: drafts.en.trim() === text.product.en ? null : drafts.en.trim(),
});

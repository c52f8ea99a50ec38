/** Pure: what an author wrote in one language or in both, for a reader of one. */
import type { Language } from "./boot.ts";

export type Words = Partial<Record<Language, string>>;

const other = (lang: Language): Language => (lang === "zh" ? "en" : "zh");

/** In the reader's language; where nobody wrote it, as it was written. */
export const said = (words: Words, lang: Language): string => words[lang] || words[other(lang)] || "";

/** For `lang` of an element: in which language `said` answers. */
export const spoken = (words: Words, lang: Language): "zh-CN" | "en" => ((words[lang] ? lang : words[other(lang)] ? other(lang) : lang) === "zh" ? "zh-CN" : "en");

/**
 * What its author makes of it in his language. Of a text that he changes the other language goes, for it says now what
 * is no longer so; what was not there in his language is a translation, and nothing goes.
 */
export function reworded(words: Words, lang: Language, text: string): Words {
  const next: Words = words[lang] ? {} : { ...words };
  if (text.trim()) next[lang] = text.trim();
  return next;
}

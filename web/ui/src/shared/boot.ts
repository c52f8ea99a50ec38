/**
 * What the server printed into the page: language, sentences, data.
 *
 * Reads `<script type="application/json" id="boot">`; knows no page's data by itself.
 */
export type Language = "zh" | "en";

export interface Boot<Data> {
  page: string;
  lang: Language;
  messages: Record<string, string>;
  data: Data;
}

export function readBoot<Data>(): Boot<Data> {
  const element = document.getElementById("boot");
  if (!element?.textContent) throw new Error("the page carries no boot data");
  return JSON.parse(element.textContent) as Boot<Data>;
}

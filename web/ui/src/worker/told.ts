/** What comes while the page is closed: shown once per notice, and a touch brings the page. */

export interface Told {
  zh: string;
  en: string;
  /** One per notice: shown again it takes the place of itself. */
  tag: string;
}

/** Of a message's text; null for what is none of ours. */
export function toldOf(text: string): Told | null {
  try {
    const found = JSON.parse(text) as Partial<Told> | null;
    return found && typeof found.zh === "string" && typeof found.en === "string" && typeof found.tag === "string" ? (found as Told) : null;
  } catch {
    return null;
  }
}

/** Title and body: the name in 【】 is the title. */
export function parted(text: string): { title: string; body: string } {
  const found = /^【(.+?)】\s*(.*)$/s.exec(text);
  return found ? { title: found[1] ?? "", body: found[2] ?? "" } : { title: "五分", body: text };
}

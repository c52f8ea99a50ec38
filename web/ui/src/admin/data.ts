/** What the administrator's part of the API sends; and what is typed where a sticker's code is asked for. */
export interface Batch {
  id: string;
  district: string;
  count: number;
  issued_at?: string;
  fresh?: number;
  bound?: number;
  sheet: string;
}

export interface Account {
  id: string;
  username: string;
  role: string;
  service_number: string;
  unit: string;
  active: boolean;
  districts: string[];
}

/** `vehicles` is null when nobody has said how many are registered. */
export interface Covered {
  district: string;
  bound: number;
  vehicles: number | null;
}

/** A scanned sticker gives its whole address: the code is what follows `/s/`. */
export function stickerCode(typed: string): string {
  const text = typed.trim();
  const path = text.split(/[?#]/)[0] ?? "";
  const at = path.lastIndexOf("/s/");
  return (at < 0 ? text : path.slice(at + 3)).replace(/\/+$/, "");
}

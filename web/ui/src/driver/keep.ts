/**
 * What this phone remembers between two looks at the page: the request made here, and which stickers are its own.
 *
 * The shell reads the same record before the first paint, so its key and `closed_at` are fixed.
 */
export interface KeptRequest {
  incident: string;
  token: string;
  /** Milliseconds since the epoch, by the phone's clock; absent while the case is open. */
  closed_at?: number;
  withdrawn?: boolean;
  stars?: number;
}

/** A closed case is still shown for a while, so that it can be rated; then the sticker asks anew. */
const SHOWN_AFTER_CLOSE_MS = 600_000;

function read<Kept>(key: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}

const requestKey = (sticker: string): string => `wufen:request:${sticker}`;
const draftKey = (sticker: string): string => `wufen:draft:${sticker}`;

export function keptRequest(sticker: string): KeptRequest | null {
  const kept = read<KeptRequest>(requestKey(sticker));
  return kept && !(kept.closed_at && kept.closed_at < Date.now() - SHOWN_AFTER_CLOSE_MS) ? kept : null;
}

export function keepRequest(sticker: string, kept: KeptRequest | null): void {
  write(requestKey(sticker), kept);
}

/** A request that left but was not answered: sent again under the same key, also after a reload. */
export interface Draft {
  key: string;
  body: Record<string, unknown>;
  at: number;
}

const DRAFT_LASTS_MS = 120_000;

export function keptDraft(sticker: string): Draft | null {
  const draft = read<Draft>(draftKey(sticker));
  return draft && draft.at > Date.now() - DRAFT_LASTS_MS ? draft : null;
}

export function keepDraft(sticker: string, draft: Draft | null): void {
  write(draftKey(sticker), draft);
}

/** A sticker that was bound with this phone. `tail` is the end of its plate, to tell two cars apart. */
export interface OwnSticker {
  token: string;
  tail: string;
}

const OWN = "wufen:own:";

export function ownSticker(sticker: string): OwnSticker | null {
  return read<OwnSticker>(OWN + sticker);
}

export function keepOwnSticker(sticker: string, own: OwnSticker | null): void {
  write(OWN + sticker, own);
}

/** The stickers of this phone by code. */
export function ownStickers(): Map<string, OwnSticker> {
  const codes = Object.keys(localStorage).filter((key) => key.startsWith(OWN)).map((key) => key.slice(OWN.length));
  return new Map(codes.flatMap((code) => { const own = ownSticker(code); return own ? [[code, own]] : []; }));
}

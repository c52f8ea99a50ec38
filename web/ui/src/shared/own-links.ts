/** Links that only this phone has: what was reported or is followed with it, the newest first. */
export interface OwnLinks<One> {
  all(): One[];
  /** In the place of an earlier link to the same. */
  remember(one: One): void;
  forget(gone: (one: One) => boolean): void;
}

/** Kept under `key`, at most `most`; `of` names what a link leads to. */
export function ownLinks<One>(key: string, most: number, of: (one: One) => string): OwnLinks<One> {
  function all(): One[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
      return Array.isArray(kept) ? (kept as One[]) : [];
    } catch {
      return [];
    }
  }
  function write(kept: One[]): void {
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      return; // a private window keeps nothing; the link does
    }
  }
  return {
    all,
    remember: (one) => write([one, ...all().filter((kept) => of(kept) !== of(one))].slice(0, most)),
    forget: (gone) => write(all().filter((one) => !gone(one))),
  };
}

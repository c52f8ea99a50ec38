/**
 * The photos of an accident or a hazard on their way from this phone: held until the server has them, sent on from where
 * the line broke, and what became of each in a sentence. Whichever is refused can be sent again as long as it is held.
 */
import { computed, onScopeDispose, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { examined } from "./examined.ts";
import { heldOf, hold, letGo, type Held } from "./held-photos.ts";
import { has, t } from "./i18n.ts";
import { shrink } from "./photos.ts";
import { sentenceOf } from "./sentences.ts";
import { newId, openUploads, type Sent, type Uploads } from "./uploads.ts";

export interface ScenePhoto {
  readonly id: string;
  readonly shot: string | null;
  /** To be shown on this phone alone. */
  readonly url: string;
  readonly state: "waiting" | "sending" | "paused" | "checking" | "ready" | "refused";
  readonly percent: number;
  /** Why it was refused. */
  readonly sentence: string | null;
  /** What may help: the same once more, or a smaller copy of it. */
  readonly remedy: "again" | "smaller" | null;
}

export interface ScenePhotos {
  all: ShallowRef<readonly ScenePhoto[]>;
  /** Not there yet, and not refused. */
  coming: ComputedRef<readonly ScenePhoto[]>;
  refused: ComputedRef<readonly ScenePhoto[]>;
  add(files: readonly Blob[], token: string, shot?: string | null): void;
  again(photo: ScenePhoto): Promise<void>;
  remove(photo: ScenePhoto): void;
  /** At once instead of when the line seems to be back: somebody pressed a button. */
  retry(): void;
}

export interface SceneOptions {
  purpose: "accident" | "hazard";
  incident: string;
  /** One has joined: the page asks for it. */
  onJoined(): Promise<unknown>;
}

const SMALLER = new Set(["too_many_pixels", "payload_too_large"]);
const AGAIN = new Set(["lost", "unreadable"]);
const ON_THE_WAY: readonly ScenePhoto["state"][] = ["waiting", "sending", "paused", "checking"];

export function useScenePhotos({ purpose, incident, onJoined }: SceneOptions): ScenePhotos {
  const all = shallowRef<readonly ScenePhoto[]>([]);
  const held = new Map<string, Held>();
  // All that were ever in hand here: what is read from the phone's keeping may be of before one went.
  const known = new Set<string>();
  const senders = new Map<string, Uploads>();
  let closed = false;

  const find = (id: string): ScenePhoto | undefined => all.value.find((one) => one.id === id);
  const set = (id: string, change: Partial<ScenePhoto>): void => {
    // Each time another list of other objects: a part of the page that is given it sees that something has changed.
    if (!closed) all.value = all.value.map((one) => (one.id === id ? { ...one, ...change } : one));
  };

  function senderOf(token: string): Uploads {
    let sender = senders.get(token);
    if (!sender) senders.set(token, (sender = openUploads({ token, purpose, onChange: follow })));
    return sender;
  }

  function follow(sent: readonly Sent[]): void {
    for (const { id, state, there, size, sentence, code } of sent) {
      const photo = find(id);
      if (!photo || !["waiting", "sending", "paused"].includes(photo.state)) continue;
      const percent = Math.floor((there / size) * 100);
      if (state === "sent") void check(id);
      else if (state === "refused" && SMALLER.has(code ?? "")) refuse(id, t("uploads.too_large"), "smaller");
      else if (state === "refused") refuse(id, sentence, "again");
      else set(id, { state: state === "broken" ? "paused" : state === "queued" ? "waiting" : "sending", percent });
    }
  }

  const refuse = (id: string, sentence: string | null, remedy: ScenePhoto["remedy"]): void => set(id, { state: "refused", sentence, remedy });

  async function check(id: string): Promise<void> {
    set(id, { state: "checking", percent: 100 });
    try {
      const why = await examined(id, held.get(id)?.token ?? "", () => closed || !held.has(id));
      if (closed || !held.has(id)) return;
      if (why !== null && SMALLER.has(why)) return refuse(id, t("uploads.too_large"), "smaller");
      if (why !== null) return refuse(id, t(has(`uploads.refused.${why}`) ? `uploads.refused.${why}` : "uploads.refused.unreadable"), AGAIN.has(why) ? "again" : null);
    } catch (error) {
      return refuse(id, sentenceOf(error), "again");
    }
    set(id, { state: "ready" });
    await letGo(id);
    // It is seen in its place among the others before it goes from among those on their way.
    await onJoined().catch(() => undefined);
    forget(id);
  }

  function forget(id: string): void {
    const photo = find(id);
    if (photo) URL.revokeObjectURL(photo.url);
    held.delete(id);
    all.value = all.value.filter((one) => one.id !== id);
  }

  function take(one: Held): void {
    held.set(one.id, one);
    known.add(one.id);
    all.value = [...all.value, { id: one.id, shot: one.shot, url: URL.createObjectURL(one.file), state: "waiting", percent: 0, sentence: null, remedy: null }];
    senderOf(one.token).add(one.file, "photo", one.id, one.shot ? { shot: one.shot } : {});
  }

  function start(file: Blob, token: string, shot: string | null): void {
    const one: Held = { id: newId(), incident, token, shot, file, at: Date.now() };
    void hold(one);
    take(one);
  }

  function remove(photo: ScenePhoto): void {
    const token = held.get(photo.id)?.token;
    forget(photo.id);
    void letGo(photo.id);
    if (token) senderOf(token).drop(photo.id);
  }

  async function again(photo: ScenePhoto): Promise<void> {
    const one = held.get(photo.id);
    if (!one) return;
    let file = one.file;
    if (photo.remedy === "smaller") {
      try {
        file = await shrink(file);
      } catch {
        return set(photo.id, { remedy: null, sentence: t("uploads.refused.too_many_pixels") });
      }
    }
    remove(photo);
    start(file, one.token, one.shot);
  }

  void heldOf(incident).then((kept) => closed || kept.filter(({ id }) => !known.has(id)).forEach(take));
  onScopeDispose(() => {
    closed = true;
    for (const sender of senders.values()) sender.close();
    for (const { url } of all.value) URL.revokeObjectURL(url);
  });

  return {
    all,
    coming: computed(() => all.value.filter(({ state }) => ON_THE_WAY.includes(state))),
    refused: computed(() => all.value.filter(({ state }) => state === "refused")),
    add(files, token, shot = null) {
      // One photo for each of the guide's: another one takes its place.
      if (shot !== null) all.value.filter((one) => one.shot === shot && held.get(one.id)?.token === token && one.state !== "checking").forEach(remove);
      for (const file of files) start(file, token, shot);
    },
    again,
    remove,
    retry: () => senders.forEach((sender) => sender.retry()),
  };
}

/** What stands on the page glides to its new place instead of jumping there, and the page holds still until it has. */
import { onBeforeUpdate, onUpdated, shallowRef, watch, type Ref, type ShallowRef } from "vue";

const GLIDE = { duration: 200, easing: "ease" };
/** Outer before inner: whatever glides takes along what is inside. */
const GLIDING = "main, section, section > *, li";

export interface Gliding {
  /**
   * The newest of `source`, save while something glides: then it waits until all has come to rest.
   *
   * Whoever's thumb follows a card is not led astray by a second move, and the browser, which measures a new layout
   * against the last one it painted by itself, has nothing to call a shift.
   */
  still<T>(source: () => T): Readonly<ShallowRef<T>>;
}

const nextFrame = (): Promise<unknown> => new Promise((drawn) => requestAnimationFrame(drawn));

/** For everything inside `page` that the component moves; whoever wants less motion, or does not look, gets none. */
export function useGliding(page: Readonly<Ref<HTMLElement | null>>): Gliding {
  const before = new Map<Element, number>();
  const moving: Ref<Animation[]> = shallowRef([]);
  const all = (): Element[] => [...(page.value?.querySelectorAll(GLIDING) ?? [])];
  const topOf = (item: Element): number => item.getBoundingClientRect().top;

  onBeforeUpdate(() => {
    before.clear();
    for (const item of all()) before.set(item, topOf(item));
  });
  onUpdated(() => {
    for (const glide of moving.value) glide.cancel();
    const glides = document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches ? [] : start(all());
    if (glides.length > 0 || moving.value.length > 0) void rest(glides);
  });

  function start(items: Element[]): Animation[] {
    const moved = new Map(items.map((item) => [item, (before.get(item) ?? topOf(item)) - topOf(item)]));
    return items.flatMap((item) => {
      const outer = item.parentElement?.closest(GLIDING);
      const by = (moved.get(item) ?? 0) - ((outer && moved.get(outer)) ?? 0);
      return by ? [item.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], GLIDE)] : [];
    });
  }

  async function rest(glides: Animation[]): Promise<void> {
    moving.value = glides;
    await Promise.allSettled(glides.map(({ finished }) => finished));
    // The resting place must have been painted before anything may move again.
    await nextFrame();
    await nextFrame();
    if (moving.value === glides) moving.value = [];
  }

  function still<T>(source: () => T): Readonly<ShallowRef<T>> {
    const shown = shallowRef(source());
    watch([source, () => moving.value.length > 0] as const, ([newest, glides]) => {
      if (!glides) shown.value = newest;
    });
    return shown;
  }
  return { still };
}

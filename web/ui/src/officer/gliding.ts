/** What stands in a list glides to its new place instead of jumping there, whatever came above it. */
import { onBeforeUpdate, onUpdated, type Ref } from "vue";

const GLIDE = { duration: 200, easing: "ease" };
/** Outer before inner: whatever glides takes along what is inside. */
const GLIDING = "section, section > *, li";

/** For the sections of `list` and their items; whoever wants less motion gets none. */
export function useGliding(list: Readonly<Ref<HTMLElement | null>>): void {
  const before = new Map<Element, number>();
  const all = (): Element[] => [...(list.value?.querySelectorAll(GLIDING) ?? [])];
  const topOf = (item: Element): number => item.getBoundingClientRect().top;

  onBeforeUpdate(() => {
    before.clear();
    for (const item of all()) before.set(item, topOf(item));
  });
  onUpdated(() => {
    const items = all();
    for (const item of items) for (const gliding of item.getAnimations?.() ?? []) gliding.cancel();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const moved = new Map(items.map((item) => [item, (before.get(item) ?? topOf(item)) - topOf(item)]));
    for (const item of items) {
      const by = (moved.get(item) ?? 0) - (moved.get(item.parentElement as Element) ?? 0);
      if (by) item.animate?.([{ transform: `translateY(${by}px)` }, { transform: "none" }], GLIDE);
    }
  });
}

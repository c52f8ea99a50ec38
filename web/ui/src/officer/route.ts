/** Which incident is open, in the address: the phone's own back button closes it. */
import { onScopeDispose, ref, type Ref } from "vue";

const PREFIX = "#/incidents/";

export function useRoute(): { route: Ref<string | null>; open(incident: string): void; back(): void } {
  const read = (): string | null => (location.hash.startsWith(PREFIX) ? location.hash.slice(PREFIX.length) || null : null);
  const route = ref(read());
  let scrolled = 0;
  let opened = false;

  const onChange = (): void => {
    route.value = read();
    if (!route.value) requestAnimationFrame(() => scrollTo(0, scrolled));
  };
  addEventListener("hashchange", onChange);
  onScopeDispose(() => removeEventListener("hashchange", onChange));

  return {
    route,
    open(incident) {
      scrolled = scrollY;
      opened = true;
      location.hash = PREFIX + incident;
      scrollTo(0, 0);
    },
    back() {
      // Opened by a link there is nothing to go back to but the list.
      if (opened) history.back();
      else location.hash = "";
      opened = false;
    },
  };
}

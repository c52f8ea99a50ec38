/** Day or night: by the device, or as chosen on it. The shell sets the first one before anything is painted. */
import { ref, type Ref } from "vue";

export const THEMES = ["auto", "day", "night"] as const;
export type Theme = (typeof THEMES)[number];

const STORE = "wufen:theme";

/** Pure: what was kept; of anything else the device decides. */
export const readTheme = (kept: string | null): Theme => THEMES.find((one) => one === kept) ?? "auto";

/** Pure: what is painted. */
export const paintedAs = (theme: Theme, dark: boolean): "day" | "night" => (theme === "auto" ? (dark ? "night" : "day") : theme);

/** Pure: the one after it, for a button that goes through all. */
export const nextTheme = (theme: Theme): Theme => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;

export interface Themes {
  theme: Ref<Theme>;
  choose(theme: Theme): void;
}

export function useTheme(): Themes {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = ref(readTheme(localStorage.getItem(STORE)));
  const apply = (): void => {
    document.documentElement.dataset.theme = paintedAs(theme.value, dark.matches);
  };
  dark.addEventListener?.("change", apply);
  // The same person's other pages on this device follow.
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== STORE) return;
    theme.value = readTheme(newValue);
    apply();
  });
  apply();
  return {
    theme,
    choose(next) {
      theme.value = next;
      localStorage.setItem(STORE, next);
      apply();
    },
  };
}

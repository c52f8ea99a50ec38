/** Day or night: by the phone, or as chosen. The shell sets the first one before anything is painted. */
import { ref, type Ref } from "vue";

export type Theme = "auto" | "day" | "night";

const STORE = "wufen:theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function useTheme(): { theme: Ref<Theme>; choose(theme: Theme): void } {
  const theme = ref<Theme>((localStorage.getItem(STORE) as Theme | null) ?? "auto");
  const apply = (): void => {
    const night = theme.value === "night" || (theme.value === "auto" && dark.matches);
    document.documentElement.dataset.theme = night ? "night" : "day";
  };
  dark.addEventListener?.("change", apply);
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

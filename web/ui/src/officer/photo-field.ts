/** The field that takes one photo from the phone: made small at once, and said so when it cannot be read. */
import { ref, type Ref } from "vue";
import { t } from "../shared/i18n.ts";
import { shrink } from "../shared/photos.ts";

export interface PhotoField {
  busy: Ref<boolean>;
  problem: Ref<string>;
  chosen(event: Event): Promise<void>;
}

export function usePhotoField(take: (picture: Blob) => void): PhotoField {
  const busy = ref(false);
  const problem = ref("");
  const chosen = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (!file || busy.value) return;
    busy.value = true;
    problem.value = "";
    try {
      take(await shrink(file));
    } catch {
      problem.value = t("officer.photo.unreadable");
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, chosen };
}

/** The three lists of the page, live: by the server's clock, with queued steps already shown as done. */
import { computed, type ComputedRef } from "vue";
import type { Incident } from "../shared/incident.ts";
import type { Me } from "../shared/session.ts";
import type { Desk } from "./desk.ts";
import { groupsOf, type Groups } from "./order.ts";
import { dayBeginning } from "../shared/beijing.ts";
import { parcelsOf } from "../shared/queue.ts";
import { useNow } from "../shared/ticking.ts";
import type { Sending } from "./sending.ts";
import { afterSteps } from "./steps.ts";

export type List = "open" | "mine" | "today";
export type Tab = List | "map";

export interface Lists {
  groups: ComputedRef<Groups>;
  /** Every known incident as it is shown. */
  shown: ComputedRef<ReadonlyMap<string, Incident>>;
}

export function useGroups(desk: Desk, sending: Sending, me: Me): Lists {
  const now = useNow();

  const shown = computed(() => {
    const known = desk.board.value?.incidents.value ?? new Map<string, Incident>();
    const standing = sending.standing.value;
    if (standing.length === 0) return known;
    const seen = [...known.values()].map((view) => afterSteps(view, parcelsOf(standing, view.id), me.service_number));
    return new Map(seen.map((view) => [view.id, view]));
  });
  const groups = computed(() => {
    const lists = groupsOf(shown.value.values(), desk.offers.value, me.service_number, now.value, dayBeginning(now.value));
    document.title = titleOf(lists);
    return lists;
  });
  return { groups, shown };
}

const plainTitle = document.title;

/** How many wait, where a glance at the tab sees it. */
function titleOf({ offered, open }: Groups): string {
  const waiting = offered.length + open.length;
  return waiting > 0 ? `(${waiting}) ${plainTitle}` : plainTitle;
}

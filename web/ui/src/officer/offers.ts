/** The offers to this officer, by incident. A new one rings and is acknowledged; one that nobody can take is forgotten. */
import { shallowRef, type ShallowRef } from "vue";
import type { Incident } from "../shared/incident.ts";
import { isOpen } from "../shared/urgency.ts";
import type { Offer } from "./order.ts";

export interface Offers {
  offers: ShallowRef<ReadonlyMap<string, Offer>>;
  take(incident: string, offer: Offer): void;
  /** Somebody has the incident: its offer ends. */
  look(incident: Incident): void;
  clear(): void;
}

export function useOffers(onNew: (offer: Offer) => void): Offers {
  const offers = shallowRef<ReadonlyMap<string, Offer>>(new Map());

  const take = (incident: string, offer: Offer): void => {
    const known = offers.value.get(incident);
    if (known?.id === offer.id && known.status === offer.status) return;
    offers.value = new Map(offers.value).set(incident, offer);
    if (offer.status === "pending" && known?.id !== offer.id) onNew(offer);
  };

  const look = (incident: Incident): void => {
    const known = offers.value.get(incident.id);
    if (!known || isOpen(incident)) return;
    // Orders and calls for backup are about an incident that somebody has.
    if (incident.status !== "closed" && known.kind && known.kind !== "take") return;
    const left = new Map(offers.value);
    left.delete(incident.id);
    offers.value = left;
  };

  const clear = (): void => {
    offers.value = new Map();
  };
  return { offers, take, look, clear };
}

/**
 * Draws the officers' map with Leaflet: tiles if there are any, outline and rivers, incidents, colleagues, oneself.
 *
 * Everything comes in as WGS-84; on shifted tiles the projection moves all of it at once. Loaded when the map is opened.
 */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { addGround, crsOf, latLng, NOWHERE, type Ground } from "../shared/ground.ts";
import type { Incident, Location } from "../shared/incident.ts";
import { SHAPES, type Mark, type Unit } from "./marks.ts";

export interface ShownIncident {
  incident: Incident;
  mark: Mark;
  grave: boolean;
  label: string;
}

export interface ShownUnit {
  unit: Unit;
  stale: boolean;
  label: string;
}

export interface Drawn {
  incidents(shown: readonly ShownIncident[], chosen: string | null): void;
  units(shown: readonly ShownUnit[]): void;
  here(place: Location | null, label: string): void;
  /** All incidents and oneself, or the district's seat. */
  fit(): void;
  /** The same when there is something new to see, unless a hand has moved the map since it was last fitted. */
  follow(): void;
  goTo(place: { lat: number; lng: number }): void;
  close(): void;
}

export interface Words {
  zoomIn: string;
  zoomOut: string;
}

const MARK_PX = 48;
const NEAREST_ZOOM = 16;

export function draw(element: HTMLElement, ground: Ground, words: Words, on: { choose(id: string | null): void; noTiles(): void }): Drawn {
  const map = L.map(element, { crs: crsOf(ground), attributionControl: false, zoomControl: false, maxZoom: 18, minZoom: 8 });
  L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  map.setView(ground.seat ? latLng(ground.seat) : NOWHERE, ground.seat ? 14 : 8);
  addGround(map, ground, on.noTiles);
  map.on("click", () => on.choose(null));

  const marks = new Map<string, { marker: L.Marker; look: string }>();
  const others = new Map<string, { marker: L.Marker; look: string }>();
  const own = L.layerGroup().addTo(map);
  let place: Location | null = null;
  // Whatever moves the map and is not ours is a hand; it keeps what it chose until all is asked for again.
  let fitting = false;
  let held = false;
  map.on("movestart", () => void (held ||= !fitting));

  function fit(): void {
    const all = [...marks.values()].map(({ marker }) => marker.getLatLng());
    if (place) all.push(L.latLng(place.lat, place.lng));
    fitting = true;
    if (all.length > 0) map.fitBounds(L.latLngBounds(all).pad(0.15), { maxZoom: NEAREST_ZOOM, animate: false, padding: [MARK_PX, MARK_PX] });
    else if (ground.outline.length > 0) map.fitBounds(L.latLngBounds(ground.outline.flat().map(latLng)), { animate: false });
    fitting = held = false;
  }

  return {
    incidents(shown, chosen) {
      const placed = shown.filter(({ incident }) => incident.location);
      sweep(marks, placed.map(({ incident }) => incident.id));
      for (const { incident, mark, grave, label } of placed) {
        const { lat, lng } = incident.location!;
        const icon = { html: `<svg viewBox="0 0 40 40" aria-hidden="true"><path d="${SHAPES[mark]}"/></svg>${signOf(mark, grave)}`, className: `mark ${mark}${chosen === incident.id ? " chosen" : ""}` };
        const marker = put(map, marks, incident.id, [lat, lng], icon, label);
        marker.off("click").on("click", () => on.choose(incident.id));
        marker.setZIndexOffset(mark === "over" || mark === "last" ? 1000 : 0);
      }
    },
    units(shown) {
      sweep(others, shown.map(({ unit }) => unit.officer));
      for (const { unit, stale, label } of shown) {
        const icon = { html: `<svg viewBox="0 0 40 40" aria-hidden="true"><path d="M20 7l11 26-11-6-11 6z"/></svg>`, className: `unit${stale ? " stale" : ""}` };
        put(map, others, unit.officer, [unit.lat, unit.lng], icon, label);
      }
    },
    here(next, label) {
      place = next;
      own.clearLayers();
      if (!next) return;
      const at: [number, number] = [next.lat, next.lng];
      if (next.accuracy_m) L.circle(at, { radius: next.accuracy_m, className: "accuracy", interactive: false }).addTo(own);
      const dot = L.marker(at, { icon: L.divIcon({ className: "here", iconSize: [22, 22] }), interactive: false, keyboard: false }).addTo(own);
      dot.getElement()?.setAttribute("aria-label", label);
      dot.getElement()?.setAttribute("role", "img");
    },
    fit,
    follow: () => void (held || fit()),
    goTo: ({ lat, lng }) => void map.setView([lat, lng], Math.max(map.getZoom(), NEAREST_ZOOM - 1)),
    close: () => void map.remove(),
  };
}

type Placed = Map<string, { marker: L.Marker; look: string }>;

function put(map: L.Map, placed: Placed, id: string, at: [number, number], icon: { html: string; className: string }, label: string): L.Marker {
  const look = icon.className + icon.html;
  const known = placed.get(id);
  const options = { icon: L.divIcon({ ...icon, iconSize: [MARK_PX, MARK_PX] }) };
  const marker = known?.marker.setLatLng(at) ?? L.marker(at, options).addTo(map);
  if (known && known.look !== look) marker.setIcon(options.icon);
  if (marker.getElement()?.getAttribute("aria-label") !== label) marker.getElement()?.setAttribute("aria-label", label);
  placed.set(id, { marker, look });
  return marker;
}

function sweep(placed: Placed, ids: readonly string[]): void {
  const left = new Set(ids);
  for (const [id, { marker }] of placed) {
    if (left.has(id)) continue;
    marker.remove();
    placed.delete(id);
  }
}

/** What stands in the mark: that it is late, taken, or a fire lane. */
const signOf = (mark: Mark, grave: boolean): string => {
  const sign = mark === "taken" ? "✓" : grave || mark === "over" ? "!" : "";
  return sign && `<b aria-hidden="true">${sign}</b>`;
};

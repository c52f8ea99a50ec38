/**
 * Draws the small map on which somebody says where a hazard is: the ground moves under a pin that stays in the middle,
 * so that a finger, a mouse and the arrow keys put it in the same way. Loaded when it is wanted.
 */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { metresBetween, type Point } from "../shared/geography.ts";
import { addGround, crsOf, latLng, NOWHERE, type Ground } from "../shared/ground.ts";
import type { Category, Near } from "./data.ts";
import { CATEGORY_ICONS } from "./icons.ts";

/** Where the phone is, as exactly as it knows. */
export type Standing = Point & { accuracy_m?: number | null };

export interface PinMap {
  /** What is open around. `label` is read out; `mine` is of the category that is being reported. */
  around(shown: readonly { one: Near; label: string; mine: boolean }[]): void;
  /** Moves the ground; nobody is told. */
  goTo(place: Standing): void;
  close(): void;
}

const MARK_PX = 36;
// Without tiles there is little to see near by: a river, the outline.
const CLOSE_ZOOM = 17;
const SKETCH_ZOOM = 16;
const SEAT_ZOOM = 14;
const STEP_PX = 20; // of the arrow keys: 20 to 40 m where the map begins
const LEAST_M = 2;

/** `moved` is told where the pin is once a person has moved the ground. */
export function draw(
  element: HTMLElement,
  ground: Ground,
  at: Standing | null,
  words: { map: string; zoomIn: string; zoomOut: string },
  on: { moved(place: Point): void; noTiles(): void },
): PinMap {
  const map = L.map(element, { crs: crsOf(ground), attributionControl: false, zoomControl: false, maxZoom: 18, minZoom: 9, keyboardPanDelta: STEP_PX, scrollWheelZoom: "center", touchZoom: "center", doubleClickZoom: "center" });
  L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  const seat = ground.seat ? latLng(ground.seat) : NOWHERE;
  const close = ground.layers.length ? CLOSE_ZOOM : SKETCH_ZOOM;
  map.setView(at ? [at.lat, at.lng] : seat, at ? close : ground.seat ? SEAT_ZOOM : 9);
  addGround(map, ground, on.noTiles);
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", words.map);
  const marks = L.layerGroup().addTo(map);
  const own = L.layerGroup().addTo(map);
  let last = map.getCenter();
  if (at) stands(own, at);

  // Coming nearer puts the pin nowhere else.
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    if (metresBetween(last, { lat, lng }) < LEAST_M) return;
    last = map.getCenter();
    on.moved({ lat: Number(lat.toFixed(6)), lng: Number(lng.toFixed(6)) });
  });

  return {
    around(shown) {
      marks.clearLayers();
      for (const { one, label, mine } of shown) {
        if (one.lat === null || one.lng === null) continue;
        const html = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${CATEGORY_ICONS[one.reason as Category]}"/></svg>`;
        const icon = L.divIcon({ html, className: `there${mine ? " mine" : ""}`, iconSize: [MARK_PX, MARK_PX] });
        const marker = L.marker([one.lat, one.lng], { icon, keyboard: false }).addTo(marks);
        marker.getElement()?.setAttribute("role", "img");
        marker.getElement()?.setAttribute("aria-label", label);
        const said = document.createElement("span");
        said.textContent = label;
        marker.bindPopup(said, { autoPan: false, closeButton: false });
      }
    },
    goTo(place) {
      last = L.latLng(place.lat, place.lng);
      stands(own, place);
      map.setView(last, Math.max(map.getZoom(), close), { animate: false });
    },
    close: () => void map.remove(),
  };
}

function stands(own: L.LayerGroup, { lat, lng, accuracy_m: metres }: Standing): void {
  own.clearLayers();
  if (metres) L.circle([lat, lng], { radius: metres, className: "accuracy", interactive: false }).addTo(own);
  L.marker([lat, lng], { icon: L.divIcon({ className: "here", iconSize: [16, 16] }), interactive: false, keyboard: false }).addTo(own);
}

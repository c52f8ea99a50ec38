/**
 * The ground of a Leaflet map: tiles if there are any, else outline and rivers; on shifted tiles the projection moves all.
 *
 * Leaves to others: what is drawn on it (`officer/drawing.ts`, `hazard/pin-drawing.ts`).
 */
import L from "leaflet";
import { shifted } from "./projection.ts";

type Spot = [lng: number, lat: number];

/** `GET /api/v1/districts/{code}/map`, `GET /api/v1/hazards/map` */
export interface Ground {
  district: string;
  seat: Spot | null;
  outline: Spot[][];
  rivers: { width: number; line: Spot[] }[];
  layers: { url: string; hosts: string }[];
  crs: "wgs84" | "gcj02";
  attribution: string;
}

export const NOWHERE: [number, number] = [35, 105];
export const latLng = ([lng, lat]: Spot): [number, number] => [lat, lng];

export function crsOf({ crs, layers }: Ground): L.CRS {
  const plain = L.CRS.EPSG3857;
  if (crs === "wgs84" || layers.length === 0) return plain;
  const { project, unproject } = shifted<L.Point>({
    project: ({ lat, lng }) => L.Projection.SphericalMercator.project(L.latLng(lat, lng)),
    unproject: (plane) => L.Projection.SphericalMercator.unproject(plane),
  });
  const projection = {
    bounds: L.Projection.SphericalMercator.bounds,
    project: (latlng: L.LatLng): L.Point => project(latlng),
    unproject: (plane: L.Point): L.LatLng => L.latLng(unproject(plane)),
  };
  return L.extend({}, plain, { projection }) as L.CRS;
}

export function addGround(map: L.Map, ground: Ground, noTiles: () => void): void {
  for (const { url, hosts } of ground.layers) L.tileLayer(url, { subdomains: hosts || "a", maxZoom: 18 }).on("tileerror", noTiles).addTo(map);
  for (const ring of ground.outline) L.polyline(ring.map(latLng), { className: "outline", interactive: false, smoothFactor: 1.5 }).addTo(map);
  if (ground.layers.length > 0) return;
  for (const { width, line } of ground.rivers) L.polyline(line.map(latLng), { className: "river", interactive: false, weight: Math.max(4, width) }).addTo(map);
}

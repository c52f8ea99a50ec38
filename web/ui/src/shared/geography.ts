/**
 * Pure geography for the screen: distance, bearing, and the shift that Chinese maps want.
 *
 * Everything inside is WGS-84 in degrees; GCJ-02 exists only in the links that open a map, and in the projection of one
 * whose tiles are shifted (`shared/projection.ts`).
 */
export interface Point {
  lat: number;
  lng: number;
}

const EARTH_METRES = 6_371_000;
// The ellipsoid of GCJ-02 (Krasovsky 1940) and the box inside which the shift applies.
const AXIS = 6_378_245;
const ECCENTRICITY = 0.006_693_421_622_965_943_23;
const BOX = { west: 73.66, east: 135.05, south: 3.86, north: 53.55 };

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in metres. */
export function metresBetween(from: Point, to: Point): number {
  const half = (a: number, b: number): number => Math.sin(radians(b - a) / 2) ** 2;
  const h = half(from.lat, to.lat) + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * half(from.lng, to.lng);
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Direction to go, in whole degrees clockwise from north, 0 … 359. */
export function bearing(from: Point, to: Point): number {
  const [a, b, turn] = [radians(from.lat), radians(to.lat), radians(to.lng - from.lng)];
  const y = Math.sin(turn) * Math.cos(b);
  const x = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(turn);
  return (Math.round((Math.atan2(y, x) * 180) / Math.PI) + 360) % 360;
}

/** `80 m`, `0.8 km`, `12 km`: no more digits than a position on a phone is worth. */
export function distanceText(metres: number): string {
  if (metres < 95) return `${Math.max(10, Math.round(metres / 10) * 10)} m`;
  if (metres < 9950) return `${(metres / 1000).toFixed(1)} km`;
  return `${Math.round(metres / 1000)} km`;
}

/** WGS-84 to GCJ-02, as Amap, Tencent and WeChat draw it; outside the box nothing is shifted. */
export function toGcj02({ lat, lng }: Point): Point {
  if (lng < BOX.west || lng > BOX.east || lat < BOX.south || lat > BOX.north) return { lat, lng };
  const [x, y, phi] = [lng - 105, lat - 35, radians(lat)];
  const magic = 1 - ECCENTRICITY * Math.sin(phi) ** 2;
  const meridian = (AXIS * (1 - ECCENTRICITY)) / (magic * Math.sqrt(magic));
  const parallel = (AXIS / Math.sqrt(magic)) * Math.cos(phi);
  return {
    lat: lat + (shiftNorth(x, y) * 180) / (meridian * Math.PI),
    lng: lng + (shiftEast(x, y) * 180) / (parallel * Math.PI),
  };
}

function waves(value: number, ...terms: [amplitude: number, period: number][]): number {
  return terms.reduce((sum, [amplitude, period]) => sum + amplitude * Math.sin((value * Math.PI) / period), 0) * (2 / 3);
}

function shiftNorth(x: number, y: number): number {
  const plane = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  return plane + waves(x, [20, 1 / 6], [20, 1 / 2]) + waves(y, [20, 1], [40, 3]) + waves(y, [160, 12], [320, 30]);
}

function shiftEast(x: number, y: number): number {
  const plane = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  return plane + waves(x, [20, 1 / 6], [20, 1 / 2]) + waves(x, [20, 1], [40, 3]) + waves(x, [150, 12], [300, 30]);
}

/** Back again, to a fraction of a millimetre: the shift changes slowly, so that asking it thrice is enough. */
export function fromGcj02(shifted: Point): Point {
  let guess = shifted;
  for (let round = 0; round < 3; round++) {
    const { lat, lng } = toGcj02(guess);
    guess = { lat: guess.lat - (lat - shifted.lat), lng: guess.lng - (lng - shifted.lng) };
  }
  return guess;
}

export type MapApp = "amap" | "tencent" | "baidu" | "apple" | "system";

/**
 * Links that open the way to a place in a map that is installed, or its page where it is not.
 *
 * Amap, Tencent, and Apple's map of China expect GCJ-02; Baidu is told that it is; a `geo:` link is WGS-84 (RFC 5870).
 * `apple`: the phone is one of Apple's, which know no `geo:`, while others know no map of Apple's.
 */
export function routeLinks(place: Point, name: string, apple: boolean): { map: MapApp; url: string }[] {
  const { lat, lng } = toGcj02(place);
  const [title, shifted] = [encodeURIComponent(name), { lat: lat.toFixed(6), lng: lng.toFixed(6) }];
  const plain = `${place.lat.toFixed(6)},${place.lng.toFixed(6)}`;
  return [
    { map: "amap", url: `https://uri.amap.com/navigation?to=${shifted.lng},${shifted.lat},${title}&mode=car&coordinate=gaode&callnative=1` },
    { map: "tencent", url: `https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=${title}&tocoord=${shifted.lat},${shifted.lng}&referer=wufen` },
    { map: "baidu", url: `baidumap://map/direction?destination=name:${title}|latlng:${shifted.lat},${shifted.lng}&coord_type=gcj02&mode=driving&src=wufen` },
    apple
      ? { map: "apple", url: `https://maps.apple.com/?daddr=${shifted.lat},${shifted.lng}&dirflg=d` }
      : { map: "system", url: `geo:${plain}?q=${plain}(${title})` },
  ];
}

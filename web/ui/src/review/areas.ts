/** Areas of a picture that are covered for others: drawn, moved and sized in the picture's own pixels. Pure. */

export interface Size {
  width: number;
  height: number;
}

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** The server takes nothing smaller; a click that trembles is no area. */
export const LEAST = 8;

const within = (value: number, most: number): number => Math.min(Math.max(0, Math.round(value)), most);

/** Where a pointer is on the picture, which fills `box` on the screen. */
export const pointOf = (x: number, y: number, box: { left: number; top: number; width: number; height: number }, size: Size): Point => ({
  x: within(((x - box.left) / box.width) * size.width, size.width),
  y: within(((y - box.top) / box.height) * size.height, size.height),
});

/** The rectangle between two corners, whichever was first; null while it is too small to be meant. */
export function areaOf(from: Point, to: Point): Area | null {
  const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  const [width, height] = [Math.abs(from.x - to.x), Math.abs(from.y - to.y)];
  return width < LEAST || height < LEAST ? null : { left, top, width, height };
}

/** A first rectangle for who has no mouse: about as large as a plate, in the middle. */
export function middle(size: Size): Area {
  const width = Math.round(size.width / 6);
  const height = Math.round(size.height / 14);
  return { left: Math.round((size.width - width) / 2), top: Math.round((size.height - height) / 2), width, height };
}

export const moved = (area: Area, across: number, down: number, size: Size): Area => ({
  ...area,
  left: within(area.left + across, size.width - area.width),
  top: within(area.top + down, size.height - area.height),
});

/** Its lower right corner moved. */
export const sized = (area: Area, across: number, down: number, size: Size): Area => ({
  ...area,
  width: Math.min(Math.max(LEAST, area.width + across), size.width - area.left),
  height: Math.min(Math.max(LEAST, area.height + down), size.height - area.top),
});

/** By key: the arrows move, with Shift they size; null for any other key. */
export function byKey(area: Area, key: string, sizing: boolean, size: Size): Area | null {
  const step = Math.max(2, Math.round(size.width / 100));
  const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[key];
  if (!by) return null;
  const [across, down] = by as [number, number];
  return sizing ? sized(area, across, down, size) : moved(area, across, down, size);
}

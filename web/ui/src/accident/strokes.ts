/** A signature as strokes of points in a field of 1000 by 400, drawn as it is written. */
import { ref, type Ref, type ShallowRef } from "vue";

export type Stroke = [number, number][];
const MOST_POINTS = 4000;
const MOST_STROKES = 60;
const LEAST_STEP = 4;

export interface Strokes {
  strokes: Ref<Stroke[]>;
  begin(event: PointerEvent): void;
  move(event: PointerEvent): void;
  end(): void;
  clear(): void;
}

export function useStrokes(canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>): Strokes {
  const strokes = ref<Stroke[]>([]);
  let writing: Stroke | null = null;
  let points = 0;

  function pointOf(event: PointerEvent): [number, number] {
    const box = canvas.value!.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * 1000);
    const y = Math.round(((event.clientY - box.top) / box.height) * 400);
    return [Math.min(1000, Math.max(0, x)), Math.min(400, Math.max(0, y))];
  }

  function begin(event: PointerEvent): void {
    if (strokes.value.length >= MOST_STROKES || points >= MOST_POINTS) return;
    event.preventDefault();
    (event.target as HTMLElement).setPointerCapture(event.pointerId);
    writing = [pointOf(event)];
    points += 1;
  }

  function move(event: PointerEvent): void {
    if (!writing || points >= MOST_POINTS) return;
    const next = pointOf(event);
    const last = writing[writing.length - 1]!;
    if (Math.hypot(next[0] - last[0], next[1] - last[1]) < LEAST_STEP) return;
    const pen = canvas.value?.getContext("2d");
    if (pen) {
      Object.assign(pen, { lineWidth: 7, lineCap: "round", strokeStyle: getComputedStyle(canvas.value!).color });
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...next);
      pen.stroke();
    }
    writing.push(next);
    points += 1;
  }

  function end(): void {
    if (writing && writing.length > 1) strokes.value = [...strokes.value, writing];
    writing = null;
  }

  function clear(): void {
    strokes.value = [];
    writing = null;
    points = 0;
    canvas.value?.getContext("2d")?.clearRect(0, 0, 1000, 400);
  }
  return { strokes, begin, move, end, clear };
}

/** A line icon for each offence, on a 24 × 24 field. */
import type { Offence } from "./data.ts";

export const OFFENCE_ICONS: Record<Offence, string> = {
  obstructing: "M3 16v-4l2-5h9l2 5v4zM3 12h13M6 16v2M13 16v2M20 6v12M18 8l2-2 2 2M18 16l2 2 2-2",
  fire_lane: "M12 3c1 3 5 5 5 10a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500 0 2 1 2.500 1.500 2.500C10.500 8 11 5.500 12 3zM4 21h16",
  bus_stop: "M5 4h11v12H5zM5 10h11M7 16v2.500M14 16v2.500M8 13h.01M13 13h.01M20 4v16M18.500 4h3v4h-3z",
  sign: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.700 5.700l12.600 12.600",
  line: "M4 20 8 4M20 20 16 4M7 8l9 2M6 13l11 2M5 18l13 2",
  emergency_lane: "M3 4v16M13 4v3M13 10.500v3M13 17v3M17 4v16M21 4v16M5.500 17v-5l1-3h3l1 3v5z",
  red_light: "M8.500 3h7v15h-7zM12 6.800h.01M12 10.500h.01M12 14.200h.01M12 18v3M9 21h6",
  wrong_way: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 12h10",
  solid_line: "M12 3v18M5 20c0-7 14-7 14-14M16 8l3-3 2.500 3.500M5 4v3M5 10.500v3",
  other: "M5 12h.01M12 12h.01M19 12h.01",
};
export const CAMERA = "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z";

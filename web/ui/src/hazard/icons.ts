/** A line icon for each category, on a 24 × 24 field. */
import type { Category } from "./data.ts";

export const CATEGORY_ICONS: Record<Category, string> = {
  signal_out: "M8.5 3h7v15h-7zM12 7.2h.01M12 10.5h.01M12 13.8h.01M12 18v3M5 3.5l14 17",
  sign_missing: "M12 3.500l7.500 12h-15zM12 15.500V21M9 21h6M12 8v3.500",
  marking_worn: "M6 20 9 4M18 20 15 4M12 5v2.500M12 11v3M12 17.500V20",
  barrier_broken: "M3 8h7l2 3 2-3h7M3 13h8l1 2 1-2h8M6 8v11M18 8v11",
  manhole: "M12 17c5 0 9-2 9-4.500S17 8 12 8s-9 2-9 4.500S7 17 12 17zM8 12.500h8M10 10.500v4M14 10.500v4",
  pothole: "M3 9h5l2 5 2.500-2 2.500 3 1.500-6H21M3 9v10h18V9",
  lamp_out: "M7 21V6a3 3 0 0 1 3-3h5v3.500M12.500 9.500a2.500 2.500 0 0 1 5 0zM5 21h4M13 13.500l4 4M17 13.500l-4 4",
  spill: "M12 4c3 3.800 4.500 6 4.500 8a4.500 4.500 0 0 1-9 0c0-2 1.500-4.200 4.500-8zM4 20c2-1.500 4-1.500 6 0s4 1.500 6 0 3-1.200 4-.8",
  debris: "M3 19h18M5.500 19l1-6 4-2.500 2.500 3 1-4 4.500 2 .5 7.500M11 4v3.500M7.500 5.500l2 2M14.500 5.500l-2 2",
  obstructing: "M3 20h18M5 20v-6h6v6M13 20v-9h6v9M8 14v-4h8v1M9 7l3-3 3 3",
  fire_lane: "M12 3c1 3 4 5 4 9a4 4 0 0 1-8 0c0-2 1-3 2-4 0 2 1 2.500 2 2.500 1-2 .5-5 0-7.500zM4 20h16M7 20v-2M17 20v-2",
  other: "M12 3.500 21 19.500H3zM12 9.500v4.500M12 16.800h.01",
};

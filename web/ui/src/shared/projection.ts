/**
 * Pure: where WGS-84 stands on tiles that are shifted. The one place of the map that knows of GCJ-02.
 *
 * Everything that is drawn goes through the projection, so that no marker, line or circle is shifted by itself.
 */
import { fromGcj02, toGcj02, type Point } from "./geography.ts";

/** As Leaflet has it: degrees to metres of the plane, and back. */
export interface Projection<Plane> {
  project(place: Point): Plane;
  unproject(plane: Plane): Point;
}

/** `plain` on tiles in GCJ-02: WGS-84 goes in and comes out. */
export const shifted = <Plane>(plain: Projection<Plane>): Projection<Plane> => ({
  project: (place) => plain.project(toGcj02(place)),
  unproject: (plane) => fromGcj02(plain.unproject(plane)),
});

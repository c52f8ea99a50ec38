/** An incident of the feed as tests need it: waiting, five minutes, in 雨城区; what matters is given. */
import type { Incident } from "../src/shared/incident.ts";

export function incident(given: Partial<Incident> = {}): Incident {
  return {
    id: "i1", kind: "move_car", status: "waiting", outcome: null, district: "511802", version: 1,
    reason: "blocking", plate: "川TA***5", place: null, location: null,
    requested_at: "2026-11-23T04:00:00.000Z", respond_by: "2026-11-23T04:05:00.000Z", response_seconds: 300,
    answered_at: null, reply: null, promised_by: null, deferred: false, handed_over_at: null, accepted_at: null,
    arrived_at: null, moved_at: null, breached_at: null, closed_at: null, escalation: 0, priority: 1,
    requesters: 1, photos: 0, unit: null, officer: null, nobody_on_duty: false, call: "122",
    ...given,
  };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { countsOf, isFree, NO_FIGURES, percent, sumOf, vehiclesOf, type DayFigures, type Figures } from "../src/wall/figures.ts";
import { CARD, cardsOf, HEIGHT, inside, place, seatOf, titleOf, townOf, viewOf, WIDTH } from "../src/wall/schematic.ts";
import { commonMap, districtsOf, EMPTY, mapOf, type CityMap } from "../src/wall/maps.ts";
import { freshnessOf } from "../src/wall/freshness.ts";
import { addLine, lineOf, linesFrom } from "../src/wall/ticker.ts";
import { incident } from "./incident.ts";

const day = (given: Partial<DayFigures>): DayFigures => ({
  requests: 0, due: 0, kept: 0, answered: 0, accepted: 0, moved: 0, breached: 0, closed: 0, median_answer_seconds: null, ...given,
});
const figures = (district: string, given: Partial<DayFigures>): Figures => ({ district, at: "", day: day(given), on_duty: [] });

test("a share says one decimal, and is a hundred only when it is", () => {
  assert.equal(percent(163, 169), "96.4");
  assert.equal(percent(9999, 10_000), "99.9");
  assert.equal(percent(5, 5), "100");
  assert.equal(percent(0, 3), "0.0");
  assert.equal(percent(0, 0), null);
});

test("districts are added up, but a median of several is not made", () => {
  const sum = sumOf([figures("a", { due: 10, kept: 9, median_answer_seconds: 40 }), figures("b", { due: 5, kept: 5, median_answer_seconds: 90 })]);
  assert.deepEqual([sum.due, sum.kept, sum.median_answer_seconds], [15, 14, null]);
  assert.equal(sumOf([figures("a", { median_answer_seconds: 40 })]).median_answer_seconds, 40);
  assert.equal(sumOf([]).due, 0);
});

test("overdue is what nobody has after its time; what an officer has in hand is not", () => {
  const now = Date.parse("2026-11-23T04:05:00Z");
  const counts = countsOf(
    [
      incident({ status: "waiting", respond_by: "2026-11-23T04:05:01.000Z" }),
      incident({ status: "offered", respond_by: "2026-11-23T04:05:00.000Z" }),
      incident({ status: "accepted", respond_by: "2026-11-23T04:00:00.000Z" }),
      incident({ status: "on_scene" }),
      incident({ status: "closed" }),
    ],
    now,
  );
  assert.deepEqual(counts, { waiting: 1, offered: 1, accepted: 1, on_scene: 1, open: 4, overdue: 1 });
});

test("the ticker holds forty lines, the newest first, and tells nothing twice", () => {
  const told = (n: number) => lineOf({ event: "requested", incident: incident({ id: `i${n}` }), at: new Date(n * 1000).toISOString() });
  const lines = Array.from({ length: 60 }, (_, n) => told(n)).reduce(addLine, [] as readonly ReturnType<typeof told>[]);
  assert.equal(lines.length, 40);
  assert.deepEqual([lines[0]?.incident.id, lines[39]?.incident.id], ["i59", "i20"]);
  assert.equal(addLine(lines, told(59)), lines);
});

test("a wall just switched on tells what the open incidents went through", () => {
  const lines = linesFrom([incident({ id: "a", answered_at: "2026-11-23T04:01:00.000Z" }), incident({ id: "b", requested_at: "2026-11-23T04:00:30.000Z" })]);
  assert.deepEqual(lines.map(({ event, incident: { id } }) => `${id} ${event}`), ["a answered", "b requested", "a requested"]);
});

test("of an accident nobody asked for a car to be moved", () => {
  const lines = linesFrom([incident({ id: "a", kind: "accident" })]);
  assert.deepEqual(lines.map(({ event }) => event), ["reported"]);
});

test("what the feed and the board both tell is one line", () => {
  const one = incident({ id: "a", accepted_at: "2026-11-23T04:02:00.000Z" });
  const fed = addLine(linesFrom([one]), lineOf({ event: "accepted", incident: one, at: "2026-11-23T04:02:00Z" }));
  assert.deepEqual(fed.map(({ event }) => event), ["accepted", "requested"]);
});

const yaan: CityMap = {
  code: "511800", name: "雅安市",
  districts: { "511802": { lat: 30.003, lng: 103.02 }, "511803": { lat: 30.085, lng: 103.112 }, "5118JK": null },
  drawing: { cards: { "511802": [536, 300], "511803": [806, 226] }, rivers: [], roads: [], courses: [] },
}; // prettier-ignore
const dechang: CityMap = { code: "513424", name: "德昌县", districts: { "513424": { lat: 27.403, lng: 102.178 } }, drawing: null };

test("a scope is a district, a city with its districts, or everything", () => {
  const all = ["511802", "511803", "5118JK", "513424"];
  const maps = [yaan, dechang];
  assert.deepEqual(districtsOf(maps, "511803", all), ["511803"]);
  assert.deepEqual(districtsOf(maps, "511800", all), ["511802", "511803", "5118JK"]);
  assert.deepEqual(districtsOf(maps, "513424", all), ["513424"]);
  assert.deepEqual(districtsOf(maps, "", all), all);
  assert.equal(commonMap(maps, ["511802", "511803"]), yaan);
  assert.equal(commonMap(maps, ["511802", "513424"]), EMPTY);
  assert.equal(mapOf(maps, "513424"), dechang);
});

test("the seat of the chosen district is the middle of the drawing", () => {
  assert.deepEqual(place(seatOf(yaan, "511802"), viewOf(yaan, "511802")), { x: WIDTH / 2, y: HEIGHT / 2 });
});

test("no two cards of a city overlap, and all stand inside, also of districts that the drawing does not know", () => {
  const codes = ["511802", "511803", "511822", "511823", "511824", "511825", "511826", "511827", "5118JK", "999001", "999002"];
  for (const map of [yaan, EMPTY]) {
    const cards = cardsOf(map, codes);
    assert.equal(cards.length, codes.length);
    for (const card of cards) assert.ok(inside(card, CARD.height / 2), card.code);
    for (const [i, a] of cards.entries())
      for (const b of cards.slice(i + 1)) assert.ok(Math.abs(a.x - b.x) >= CARD.width || Math.abs(a.y - b.y) >= CARD.height, `${a.code} ${b.code}`);
  }
});

test("north is up and east is right", () => {
  const view = viewOf(yaan, "511802");
  const here = seatOf(yaan, "511802");
  assert.ok(place({ ...here, lat: here.lat + 0.01 }, view).y < HEIGHT / 2);
  assert.ok(place({ ...here, lng: here.lng + 0.01 }, view).x > WIDTH / 2);
});

test("a town looks the same tomorrow, and not like the next one", () => {
  assert.deepEqual(townOf("511802"), townOf("511802"));
  assert.notDeepEqual(townOf("511802").streets, townOf("511803").streets);
});

test("a live wall is fresh whatever the clocks say; a silent one is stale after ten seconds, and says for how long", () => {
  assert.deepEqual(freshnessOf(true, 0, 99_000), { link: "live", stale: false, age: 0 });
  assert.deepEqual(freshnessOf(false, 1000, 4900), { link: "polling", stale: false, age: 3 });
  assert.deepEqual(freshnessOf(false, 1000, 11_000), { link: "polling", stale: false, age: 10 });
  assert.deepEqual(freshnessOf(false, 1000, 11_001), { link: "lost", stale: true, age: 10 });
});

test("a name that is too long for its card goes in two lines, and the card is as wide as they are", () => {
  assert.deepEqual(titleOf("雨城区"), { lines: ["雨城区"], width: CARD.width });
  assert.deepEqual(titleOf("Mingshan"), { lines: ["Mingshan"], width: CARD.width });
  const long = titleOf("Ya'an Economic Development Zone");
  assert.deepEqual(long.lines, ["Ya'an Economic", "Development Zone"]);
  assert.ok(long.width > CARD.width && long.width < CARD.width + 50, String(long.width));
  assert.deepEqual(titleOf("A very small and quiet town").lines, ["A very small", "and quiet town"]);
});

test("who is on a break or under way is not free", () => {
  const seen = [
    { busy: false, status: "available" },
    { busy: false, status: "break" },
    { busy: true, status: "en_route" },
    { busy: false, status: "panic" },
  ];
  assert.deepEqual(seen.map(isFree), [true, false, false, false]);
});

test("shares of vehicles of several districts are added with their n, and none is made of nothing", () => {
  const day = { ...NO_FIGURES };
  const of = (district: string, count: number, n: number): Figures => ({
    district, at: "", day, on_duty: [],
    vehicles: { days: 30, window_days: 90, left: { count, n }, repeat: { count: 1, n: 20 } },
  }); // prettier-ignore
  const both = vehiclesOf([of("a", 12, 100), of("b", 3, 20)]);
  assert.deepEqual(both?.left, { count: 15, n: 120 });
  assert.deepEqual(both?.repeat, { count: 2, n: 40 });
  assert.equal(vehiclesOf([{ district: "c", at: "", day, on_duty: [] }]), null, "an older server");
});

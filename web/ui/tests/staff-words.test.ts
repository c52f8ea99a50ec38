import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const catalogue = (language: string, areas: readonly string[]): Record<string, string> =>
  Object.assign({}, ...areas.map((area) => JSON.parse(read(`../../../models/catalogue/${language}/${area}.json`)) as object)) as Record<string, string>;
const sources = (folder: string): string =>
  readdirSync(new URL(`../src/${folder}/`, import.meta.url)).map((name) => read(`../src/${folder}/${name}`)).join("\n");

/** Which areas of the catalogue the server prints into each page, beside `common`. */
const PAGES = { officer: ["staff", "account", "accident", "officer", "duty", "rules", "vehicles", "parking"], roster: ["staff", "account", "duty", "roster"], wall: ["staff", "account", "wall"], phones: ["phones"], commander: ["staff", "account", "accident", "commander", "case", "audit", "vehicles", "parking", "exports", "rules", "channels"], audit: ["staff", "account", "audit"], review: ["staff", "account", "reports", "review", "exports"], report: ["driver", "reports", "uploads", "vehicles"], admin: ["staff", "account", "admin", "rules", "desk", "texts", "vehicles", "agencies", "calendar", "channels", "jobs"], hazard: ["driver", "hazard", "uploads"], accident: ["accident", "uploads"], hazards: ["staff", "account", "hazard", "hazards"] } as const;
/** Shared parts that speak, and on which pages they stand. */
const SHARED = ["SignIn.vue", "Register.vue", "AwakeSheet.vue", "Guarded.vue", "SecondFactor.vue", "Devices.vue", "Account.vue", "RingClock.vue", "staff-words.ts", "Sheet.vue", "because.ts", "PanicBand.vue"];

for (const [page, areas] of Object.entries(PAGES)) {
  for (const language of ["zh", "en"]) {
    test(`every sentence that the ${page} page names stands in its ${language} catalogue`, () => {
      const sentences = catalogue(language, ["common", ...areas]);
      for (const [, key] of sources(page).matchAll(/\bt\(\s*"([\w.]+)"/g)) assert.ok(key! in sentences, key);
    });
  }
}

test("the plate keyboard says nothing that is not in the catalogue of vehicles", () => {
  const sentences = catalogue("zh", ["common", "vehicles"]);
  for (const [, key] of read("../src/shared/PlateKeyboard.vue").matchAll(/\bt\(\s*"([\w.]+)"/g)) assert.ok(key! in sentences, key);
});

test("photos on their way say nothing that is not in their catalogue", () => {
  for (const language of ["zh", "en"]) {
    const sentences = catalogue(language, ["uploads"]);
    for (const name of ["PhotoTiles.vue", "PhotosOnTheWay.vue", "SeenPhotos.vue", "scene-photos.ts"])
      for (const [, key] of read(`../src/shared/${name}`).matchAll(/["'](uploads\.[\w.]+)["']/g)) assert.ok(key! in sentences, `${name}: ${key}`);
    for (const state of ["waiting", "sending", "paused", "checking", "ready", "refused"]) assert.ok(`uploads.state.${state}` in sentences, state);
    for (const remedy of ["again", "smaller"]) assert.ok(`uploads.${remedy}` in sentences, remedy);
  }
});

const VEHICLES = ["VehicleDesk.vue", "VehicleFound.vue", "VehicleFigures.vue", "VehicleFlags.vue", "VehiclePast.vue", "LookSheet.vue", "NonMotorForm.vue", "WatchMarks.vue"];
test("looking a vehicle up says nothing that the officer's or the commander's page lacks", () => {
  for (const language of ["zh", "en"]) {
    const sentences = catalogue(language, ["common", "staff", "account", "vehicles", "parking", "rules"]);
    for (const name of VEHICLES) for (const [, key] of read(`../src/shared/${name}`).matchAll(/\bt\(\s*"([\w.]+)"/g)) assert.ok(key! in sentences, `${name}: ${key}`);
  }
});

test("the shared parts of the staff's pages say nothing that is not in the catalogue", () => {
  const sentences = catalogue("zh", ["common", "staff", "account"]);
  for (const name of SHARED) for (const [, key] of read(`../src/shared/${name}`).matchAll(/\bt\(\s*"([\w.]+)"/g)) assert.ok(key! in sentences, key);
});

/** What a code of the server may be, written by hand: each has its word. */
/** What the server offers as reasons, by command. */
const REASONS = Object.values(JSON.parse(readFileSync(new URL("../../../models/incident/reasons.json", import.meta.url), "utf8")) as Record<string, string[]>).flat();
const CODES: Record<string, string[]> = {
  "staff.kind": ["move_car", "accident", "report", "hazard"],
  "staff.reason": ["blocking", "space", "fire_lane", "other"],
  "staff.state": ["waiting", "offered", "accepted", "on_scene", "nobody"],
  "staff.reply": ["coming", "cannot", "not_mine", "moved"],
  "staff.outcome": ["settled", "resolved", "cancelled", "rejected", "duplicate", "expired"],
  "staff.unit": ["off_duty", "available", "dispatched", "en_route", "on_scene", "busy", "break", "out_of_service", "panic"],
  "staff.clock": ["left", "over", "accepted", "on_scene"],
  "staff.event": [
    "requested", "joined", "answered", "offered", "declined", "lapsed", "handed_over", "breached", "escalated", "accepted",
    "arrived", "released", "settled", "withdrawn", "cancelled", "resolved", "reopened", "transferred", "rated", "deferred", "photographed",
    "relief_asked", "relieved", "relief_declined", "relief_withdrawn",
    "override_asked", "overridden", "override_refused",
  ],
  "officer.do": ["accept", "decline", "arrive", "release", "resolve", "settle", "hand_over", "reopen"],
  "officer.did": ["accept", "decline", "arrive", "release", "resolve", "settle", "hand_over", "reopen"],
  "officer.tab": ["open", "mine", "today"],
  "officer.empty": ["open", "mine", "today"],
  "officer.section": ["offered", "open", "colleagues", "mine"],
  "officer.resolve": ["resolved", "settled", "rejected", "duplicate"],
  "officer.why": ["override", "override_waits", "override_refused"],
  "officer.why.not": ["respond_by_stays", "has_happened", "asked_again"],
  "officer.reason.title": ["release", "decline", "reopen"],
  "officer.wind": ["0", "1", "2", "3", "4", "5", "6", "7"],
  "officer.route": ["amap", "tencent", "system"],
  "officer.why.instead": ["district", "setting"],
  "staff.theme": ["auto", "day", "night"],
  "officer.door": ["police", "auxiliary"],
  "wall.rate": ["kept", "answered", "accepted"],
  "wall.day": ["requests", "moved", "accepted", "breached"],
  "admin.role": ["police", "auxiliary", "commander", "administrator"],
  "admin.nav": ["stickers", "officers", "rules"],
  "rules.state": ["draft", "checked", "rejected", "approved", "scheduled", "active", "retired"],
  "rules.policy": ["first", "unique", "collect"],
  "rules.from": ["district", "city", "shipped"],
  "desk.kind": ["any", "one_of", "all_but", "=", "<=", ">=", "<", ">", "between", "yes", "no", "typed"],
  "desk.say": ["any", "except", "yes", "no", "none", "between", "or"],
  "desk.difference": ["added", "changed", "moved", "removed", "to"],
  "desk.did": ["submit", "approve", "reject", "activate"],
  "commander.status": ["pending", "received", "seen", "accepted", "declined", "lapsed", "withdrawn"],
  "commander.offer": ["take", "assign", "support", "assign_support"],
  "commander.do": ["assign", "reassign", "assign_support", "backup", "hand_over", "merge", "unmerge", "transfer", "resolve", "reopen"],
  "staff.because": ["off_duty", "shift_over", ...REASONS],
  "admin.field": ["username", "password", "service_number", "unit", "name", "role", "districts", "state"],
  "vehicles.kind": ["yellow_label", "inspection_overdue", "stolen", "cloned", "repeat_offender"],
  "vehicles.date": ["yellow_label", "inspection_overdue", "stolen", "cloned", "repeat_offender"],
  "vehicles.class": ["ordinary", "ordinary_large", "nev_small", "nev_large", "trailer", "learner", "police", "hk_macau", "embassy", "consulate", "armed_police", "military", "emergency", "ebike", "none"],
  "vehicles.column": ["plate", "class", "kind", "date", "from", "until"],
  "vehicles.result": ["open", "left", "settled", "resolved", "cancelled", "rejected", "duplicate", "expired"],
  "vehicles.non_motor": ["ebike", "bicycle", "tricycle", "other"],
}; // prettier-ignore

test("every code that the server may send has its word, in both languages", () => {
  for (const language of ["zh", "en"]) {
    const sentences = catalogue(language, ["staff", "officer", "wall", "admin", "rules", "desk", "vehicles", "commander"]);
    for (const [prefix, codes] of Object.entries(CODES)) for (const code of codes) assert.ok(`${prefix}.${code}` in sentences, `${language}: ${prefix}.${code}`);
  }
});

test("both languages say the same things, with the same placeholders", () => {
  const areas = ["staff", "officer", "wall", "phones", "admin", "rules", "desk", "vehicles", "commander"];
  const [zh, en] = [catalogue("zh", areas), catalogue("en", areas)];
  assert.deepEqual(Object.keys(zh), Object.keys(en));
  const holes = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();
  for (const [key, sentence] of Object.entries(zh)) assert.deepEqual(holes(sentence), holes(en[key] ?? ""), key);
});

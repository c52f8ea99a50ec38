/** The way back to the camera keeps what was typed; an export's period is whole days of Beijing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { periodOf } from "../src/shared/drafts.ts";
import { keepable, retakeOf, type ParkingRecord } from "../src/officer/parking.ts";
import { stickerCode } from "../src/shared/vehicles.ts";
import type { Parcel } from "../src/shared/queue.ts";

const parcel = (command: string, path: string, more: Partial<Parcel> = {}): Parcel => ({ key: command, incident: "shot", command, path, body: {}, at: 1, ...more });
const photo = parcel("capture", "/api/v1/captures/shot/photos", { photo: new ArrayBuffer(1) });

test("a refused photo leads back with plate and grounds that were typed to it", () => {
  const filing = parcel("file_record", "/api/v1/parking-records", { body: { capture: "shot", plate: "川TA8P26", grounds: "fire_lane" } });
  assert.deepEqual(retakeOf(photo, [filing], "太旧", false), { capture: "shot", key: null, sentence: "太旧", plate: "川TA8P26", grounds: "fire_lane", record: null });
});

test("a refused photo of a car that left leads back to the same record", () => {
  const ending = parcel("end_record", "/api/v1/parking-records/r1/end", { body: { how: "left", capture: "shot" }, label: "川TA***6" });
  const found = retakeOf(photo, [ending], "太旧", true);
  assert.deepEqual([found.record, found.key, found.plate], [{ id: "r1", plate: "川TA***6" }, "capture", ""]);
});

test("before anything was filed the page itself has what was typed", () => {
  assert.deepEqual([retakeOf(photo, [], "x", false).plate, retakeOf(photo, [], "x", false).grounds], ["", null]);
});

test("no whole plate and no words of others lie on the phone", () => {
  const record = { plate: "川TA***6", plate_full: "川TA8P26", returned_reason: "张某的车", withdrawn_reason: "x", photos: [{ capture: "c", kind: "first", at: "", url: "" }] } as unknown as ParkingRecord;
  assert.deepEqual(keepable(record), { plate: "川TA***6", returned_reason: null, withdrawn_reason: null, photos: [] });
});

test("both days of a period are in it, by Beijing's midnight", () => {
  assert.deepEqual(periodOf("2026-11-01", "2026-11-28"), { since: "2026-10-31T16:00:00.000Z", until: "2026-11-28T16:00:00.000Z" });
  assert.equal(periodOf("2026-11-02", "2026-11-01"), null);
  assert.equal(periodOf("", "2026-11-01"), null);
});

test("a sticker is known by its code or by the address that a scan gives", () => {
  assert.equal(stickerCode(" AbC_1-9 "), "AbC_1-9");
  assert.equal(stickerCode("https://wufen.example/s/AbC_1-9?lang=en"), "AbC_1-9");
});

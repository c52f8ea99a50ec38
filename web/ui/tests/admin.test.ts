import assert from "node:assert/strict";
import { test } from "node:test";
import { stickerCode } from "../src/admin/data.ts";

test("a sticker's code may be typed, or scanned with its whole address", () => {
  assert.equal(stickerCode("  k3Jx_9aQ-7 "), "k3Jx_9aQ-7");
  assert.equal(stickerCode("http://localhost:8000/s/k3Jx_9aQ-7"), "k3Jx_9aQ-7");
  assert.equal(stickerCode("https://example.cn/s/k3Jx_9aQ-7/?lang=en#top"), "k3Jx_9aQ-7");
  assert.equal(stickerCode(" "), "");
});

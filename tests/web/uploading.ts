// The page's own client of uploads, in Node: `node uploading.ts ORIGIN TOKEN COUNT SIZE`. Says each change as a line of JSON.
import { openUploads, type Sent } from "../../web/ui/src/shared/uploads.ts";

const [origin = "", token = "", count = "0", size = "0"] = process.argv.slice(2);
const uploads = openUploads({
  token,
  purpose: "report",
  origin,
  onChange(all: readonly Sent[]) {
    console.log(JSON.stringify(all.map(({ id, there, state, sentence }) => ({ id, there, state, sentence }))));
    if (all.length === Number(count) && all.every(({ state }) => state === "sent" || state === "refused")) uploads.close();
  },
});
for (let number = 0; number < Number(count); number += 1) {
  const bytes = new Uint8Array(Number(size)).map((_, at) => (at * 31 + number) % 251);
  uploads.add(new Blob([bytes]), "photo");
}

// Sessions that a page holds itself: where their handle may stand.

import assert from "node:assert/strict";

/** R58: the handle stands in headers and, if the page keeps it somewhere, in the places `kept`; nowhere else. */
export async function isInHeadersAlone(visitor, kept = []) {
  await visitor.look();
  const seen = await visitor.witness.sightings();
  const sent = seen.filter(({ where }) => where === "request headers").map(({ text }) => JSON.parse(text).authorization);
  const handle = sent.find(Boolean).slice("Bearer ".length);
  assert.equal(handle.length, 43);
  const places = new Set(seen.filter(({ text }) => text.includes(handle)).map(({ where }) => where));
  assert.deepEqual([...places].sort(), ["answer headers", "request headers", ...kept].sort());
}

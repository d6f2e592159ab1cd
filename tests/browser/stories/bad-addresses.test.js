// The callback page is sent to every bad address of the corpus while an attempt waits in the tab.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "../src/demo.js";
import { story } from "../src/world.js";

const lines = (await readFile(join(ROOT, "tests/corpus/callback-address.txt"), "utf8")).split("\n");
const CASES = lines.filter((line) => line.trim() && !line.startsWith("#")).map((line) => {
  const [name, address] = line.split(" | ");
  return { name: name.trim(), address: address.trim() };
});

// As many as a slow machine can visit in the time that a story has.
const AT_A_TIME = 12;

for (let first = 0; first < CASES.length; first += AT_A_TIME) {
  const some = CASES.slice(first, first + AT_A_TIME);
  const which = `${first + 1} to ${first + some.length} of ${CASES.length}`;
  story(`no bad address connects anything, breaks the page, or spends the attempt: ${which}`, (world) => visits(world, some));
}

async function visits(world, some) {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.leave();
  const microsoft = visitor.page.url();
  const state = new URL(microsoft).searchParams.get("state");

  for (const { name, address } of some) {
    await visitor.page.goto("about:blank");
    await visitor.page.goto(`${world.demo.origin}/outlook-callback${filled(address, state)}`);
    if (looksLikeAnAnswer(address)) await visitor.page.waitForURL((url) => !/code=|error=/.test(url.hash));
    await visitor.page.locator("connect-outlook:is([state=idle], [state=offline])").waitFor();
    assert.equal(await visitor.cookie("__Host-connect-outlook-session"), undefined, name);
    assert.equal(await visitor.page.locator("img[src=x]").count(), 0, name);
  }
  assert.deepEqual(await world.emulator.tokenRequests(), []);

  await visitor.page.goto(microsoft);
  await visitor.sayYes();
  await visitor.seesMail();
}

// An answer of Microsoft's names a state; other libraries of a page may use the rest of its fragment.
function looksLikeAnAnswer(address) {
  const names = address.slice(1).split("&").map((pair) => pair.split("=")[0]);
  return names.includes("state") && (names.includes("code") || names.includes("error"));
}

// Placeholders as the corpus explains them.
function filled(address, state) {
  const words = address.replaceAll("«state»", state).replaceAll("«code»", "0.made-up-code-of-nobody-at-all");
  return words.replace(/«(.+?)\*(\d+)»/g, (_, text, count) => text.repeat(Number(count)));
}

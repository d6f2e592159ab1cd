// Every example, from the packed tarball to Ada's inbox.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";

import { EXAMPLES } from "../src/examples.js";
import { House } from "../src/house.js";
import { exampleFolders, prepareAll, sourceOf } from "../src/prepare.js";
import { scan } from "../src/scan.js";
import { connectAndList } from "../src/story.js";
import { table, toolsOf } from "../src/told.js";

// Two builds may stand before it, each with packages to fetch.
const LONGEST_MS = 600_000;

const prepared = prepareAll(EXAMPLES);
const rows = new Map(EXAMPLES.map(({ name, title }) => [name, { title, tools: "?", install: "", build: "", built: "failed", developed: "" }]));

for (const { name, title } of EXAMPLES) {
  test(`${title}: installed, built, connected, the inbox listed`, { timeout: LONGEST_MS }, async () => {
    const example = await prepared.get(name);
    const { install, build } = example.seconds;
    const row = Object.assign(rows.get(name), { tools: await toolsOf(example), install, build });
    await connectAndList(example);
    row.built = "inbox listed";
  });

  test(`${title}: what was built holds nothing of ours that a strict policy would stop`, async () => {
    const example = await prepared.get(name);
    const built = example.tool ? (example.built ?? example.site) : "node_modules/connect-outlook";
    const inside = (path) => join(example.folder, path);
    const { ours, mapped } = await scan(inside(built), example.taken?.map(inside));
    assert.deepEqual(ours, []);
    assert.ok(mapped > 1, "the source maps lead to our package");
  });
}

for (const { name, title } of EXAMPLES.filter(({ develop }) => develop)) {
  test(`${title}: connected while somebody develops it`, { timeout: LONGEST_MS }, async () => {
    rows.get(name).developed = "failed";
    await connectAndList(await prepared.get(name), House.develop);
    rows.get(name).developed = "inbox listed";
  });
}

test("no example is forgotten", async () => {
  assert.deepEqual(EXAMPLES.map(({ name }) => name).sort(), await exampleFolders());
});

test("the page about them names the versions that were built", async () => {
  const page = await readFile(sourceOf({ name: "README.md" }), "utf8");
  for (const { name, title } of EXAMPLES) {
    const tools = await toolsOf(await prepared.get(name));
    assert.ok(page.includes(`| [${title}](${name}/README.md) | ${tools} |`), `| [${title}](${name}/README.md) | ${tools} |`);
  }
});

after(() => console.log(table(["example", "tool", "install s", "build s", "built", "developed"], [...rows.values()].map(Object.values))));

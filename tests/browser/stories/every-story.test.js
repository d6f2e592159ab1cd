// Whatever a story is about, it ends with the search for secrets: no file here can tell one without.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const HERE = new URL("./", import.meta.url);
const SRC = new URL("../src/", import.meta.url);
const read = (file, folder = HERE) => readFile(new URL(file, folder), "utf8");
const files = (await readdir(HERE, { recursive: true })).filter((name) => name.endsWith(".test.js") && name !== "every-story.test.js");

test("every story is told in a world that searches at its end", async () => {
  assert.ok(files.length > 15, files.join());
  for (const file of files) {
    const text = await read(file);
    const told = file.startsWith("others/") ? "../../src/abroad.js" : "../src/world.js";
    const imported = [...text.matchAll(/^import \{([^}]+)\} from "(.+)";$/gm)].filter(([, names]) => /\bstory\b/.test(names));
    assert.deepEqual(imported.map(([, , from]) => from), [told], file);
    // Nothing else that runs a test, in any spelling.
    assert.doesNotMatch(text, /node:test|\bfunction story\b|\b(const|let) story\b|\bstory\.\w|\bimport\((?!"\/)/, file);
  }
});

test("those worlds search whatever became of the story, and cannot be told not to", async () => {
  for (const [file, search] of [
    ["world.js", /await tell\(world\);\s+await world\.isClean\(\);/],
    ["abroad.js", /await tell\([^;]+;\s+assert\.deepEqual\(await visitor\.leaks\(\), \[\]\);/],
  ]) {
    const text = await read(file, SRC);
    assert.match(text, search, file);
    assert.equal(text.match(/\btest\(/g).length, 1, `${file} has one way to run a story`);
  }
});

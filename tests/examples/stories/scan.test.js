// The scan itself: it finds what is there, and knows whose it is.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { finds, scan } from "../src/scan.js";

test("every forbidden construct is found, and where it stands", () => {
  const bad = ["eval('1')", "new Function('a')", "a.innerHTML = b", "c.insertAdjacentHTML('x', y)", "d.onclick=e", 'f.setAttribute("onload", g)'];
  for (const construct of bad) assert.deepEqual(finds(`let a;\n  ${construct}`).map(({ line, column }) => line === 1 && column >= 2), [true], construct);
  assert.deepEqual(finds("a.addEventListener('click', evaluate); b.onclick === c; newFunction()"), []);
});

test("a find is ours if the map says so, or if there is no map and the script is not taken from elsewhere", async () => {
  const folder = await mkdtemp(join(tmpdir(), "connect-outlook-scan-"));
  try {
    await mkdir(join(folder, "assets"));
    // Both lines of the script come from one source's first line.
    const map = (source) => JSON.stringify({ version: 3, sources: [source], names: [], mappings: "AAAA;AAAA" });
    for (const [name, source] of [["a.js", "../node_modules/connect-outlook/index.js"], ["b.js", "../node_modules/other/index.js"]]) {
      await writeFile(join(folder, "assets", name), `let a;\na.innerHTML = 1\n//# sourceMappingURL=${name[0]}.map`);
      await writeFile(join(folder, "assets", `${name[0]}.map`), map(source));
    }
    await writeFile(join(folder, "c.mjs"), "eval(1)");
    await writeFile(join(folder, "d.js"), "eval(2)");
    assert.deepEqual(await scan(folder, [join(folder, "d.js")]), {
      scripts: 4,
      mapped: 1,
      ours: ["markup from text in assets/a.js, from ../node_modules/connect-outlook/index.js", "eval in c.mjs, from an unknown source"],
      others: 2,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

// Every entry of the installed package, as bare Node meets it.

import assert from "node:assert/strict";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { run } from "../src/child.js";
import { tarball } from "../src/prepare.js";

let folder;
let entries;

before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "connect-outlook-entries-")));
  await writeFile(join(folder, "package.json"), '{"private": true}');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", await tarball()], { cwd: folder });
  const manifest = JSON.parse(await readFile(join(folder, "node_modules/connect-outlook/package.json"), "utf8"));
  entries = Object.entries(manifest.exports).map(([path, target]) => ({ name: `connect-outlook${path.slice(1)}`, file: target.default ?? target, types: target.types }));
});

after(() => rm(folder, { recursive: true }));

test("the package brings nothing else along", async () => {
  const { packages } = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  assert.deepEqual(Object.keys(packages), ["", "node_modules/connect-outlook"]);
});

test("importing an entry in bare Node says nothing, leaves nothing running, and changes nothing", async () => {
  const scripts = entries.filter(({ file }) => typeof file === "string" && file.endsWith(".js"));
  assert.deepEqual(scripts.map(({ name }) => name.slice("connect-outlook".length)), ["", "/element", "/inline", "/standalone", "/callback", "/testing"]);
  for (const { name } of scripts) {
    const script = `
      const names = () => Reflect.ownKeys(globalThis).map(String).join();
      const touched = [];
      for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask", "addEventListener"]) globalThis[name] = () => touched.push(name);
      const before = names();
      await import(${JSON.stringify(name)});
      if (touched.length > 0) throw new Error("touched " + touched);
      if (names() !== before) throw new Error("new names: " + names().slice(before.length));`;
    assert.equal(await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder }), "", name);
  }
});

test("every other entry is a file, or types alone", () => {
  const require = createRequire(join(folder, "page.js"));
  const rest = entries.filter(({ file }) => typeof file === "string" && !file.endsWith(".js"));
  for (const { name } of rest) assert.ok(require.resolve(name).startsWith(folder), name);
  const typesOnly = entries.filter(({ file }) => typeof file !== "string");
  assert.deepEqual(typesOnly.map(({ types }) => types), ["./react.d.ts", "./vue.d.ts", "./svelte.d.ts"]);
});

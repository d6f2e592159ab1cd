// Making an example ready as its reader would: a copy of its folder, its packages, the packed tarball, its build.

import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "../../browser/src/demo.js";
import { run } from "./child.js";

const SOURCES = join(ROOT, "sdk-wasm/examples");
const COPIES = join(ROOT, "target/examples");

/** Prepares all of `examples`, two at a time; a promise for each, in a map by name. */
export function prepareAll(examples) {
  const lanes = [Promise.resolve(), Promise.resolve()];
  const all = examples.map((example, index) => {
    const lane = index % lanes.length;
    const ready = lanes[lane].then(() => prepare(example));
    lanes[lane] = ready.catch(() => {});
    return [example.name, ready];
  });
  for (const [, ready] of all) ready.catch(() => {});
  return new Map(all);
}

/** The folder of an example in this repository. */
export const sourceOf = ({ name }) => join(SOURCES, name);

/** The names of all folders with an example. */
export async function exampleFolders() {
  const entries = await readdir(SOURCES, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
}

async function prepare(example) {
  const folder = join(COPIES, example.name);
  const started = performance.now();
  await copy(sourceOf(example), folder);
  await install(folder);
  const installed = performance.now();
  const { scripts } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (scripts?.build) await npm(folder, ["run", "build"]);
  const seconds = { install: (installed - started) / 1000, build: (performance.now() - installed) / 1000 };
  return { ...example, folder, seconds };
}

// Packages that are installed already stay, if they are those of the lock file.
async function copy(from, to) {
  await mkdir(to, { recursive: true });
  const kept = ["node_modules", INSTALLED];
  for (const name of await readdir(to)) if (!kept.includes(name)) await rm(join(to, name), { recursive: true, force: true });
  const ours = (path) => !path.startsWith(join(from, "node_modules"));
  await cp(from, to, { recursive: true, filter: ours });
}

async function install(folder) {
  const lock = await readFile(join(folder, "package-lock.json"), "utf8");
  const known = await readFile(join(folder, INSTALLED), "utf8").catch(() => "");
  if (lock !== known) {
    await npm(folder, ["ci"]);
    await writeFile(join(folder, INSTALLED), lock);
  }
  await rm(join(folder, "node_modules/connect-outlook"), { recursive: true, force: true });
  await npm(folder, ["install", "--no-save", "--no-package-lock", await tarball()]);
}

/** What `cargo package-sdk` packed last. */
export async function tarball() {
  const { name, version } = JSON.parse(await readFile(join(ROOT, "sdk-wasm/pkg/package.json"), "utf8"));
  return join(ROOT, `target/npm/${name}-${version}.tgz`);
}

// No package's own scripts: they would download, and nothing here needs them.
const npm = (folder, words) => run("npm", [...words, "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"], { cwd: folder, env: QUIET });

const QUIET = { ...process.env, CI: "1", NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1" };
const INSTALLED = ".installed-lock.json";

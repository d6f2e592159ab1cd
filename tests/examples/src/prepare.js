// Making an example ready as its reader would: a copy of its folder, its packages, the packed tarball, its build. What was
// built of the same before is kept.

import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "../../browser/src/demo.js";
import { run } from "./child.js";
import { NOTE, inputsOf, isAsBuilt, noteBuilt } from "./kept.js";

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
  const [source, folder] = [sourceOf(example), join(COPIES, example.name)];
  const output = outputOf(example);
  const inputs = await inputsOf([source], [await tarball()]);
  const isKept = await isAsBuilt(folder, output, inputs);
  await copy(source, folder, isKept ? [output, NOTE] : []);
  const seconds = isKept ? { install: "kept", build: "kept" } : await build(folder);
  if (output && !isKept) await noteBuilt(folder, output, inputs);
  return { ...example, folder, seconds };
}

// The folder that its build writes, if it has one.
const outputOf = ({ tool, site, built }) => (tool ? (site ?? built.split("/")[0]) : undefined);

async function build(folder) {
  const started = performance.now();
  await install(folder);
  const installed = performance.now();
  const { scripts } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (scripts?.build) await npm(folder, ["run", "build"]);
  const seconds = (from, to) => ((to - from) / 1000).toFixed(0);
  return { install: seconds(started, installed), build: seconds(installed, performance.now()) };
}

// Packages that are installed already stay, if they are those of the lock file.
async function copy(from, to, built) {
  await mkdir(to, { recursive: true });
  const kept = ["node_modules", INSTALLED, ...built];
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

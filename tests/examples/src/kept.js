// What an earlier run built is kept, if it was built of the same and is as it was then.

import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The file in an example's copy that tells of what its build was made. */
export const NOTE = ".built.json";

/** Everything that a build depends on, as one short text: the files of `folders` and `files`, Node, this machine. */
export async function inputsOf(folders, files) {
  const all = await Promise.all(folders.map((folder) => contentsOf(folder, ["node_modules"])));
  const single = await Promise.all(files.map((file) => readFile(file)));
  return digest([...all, ...single, process.version, process.platform, process.arch]);
}

/** Whether `output` in `folder` was built of `inputs` and nobody touched it since. Then only that is left in it. */
export async function isAsBuilt(folder, output, inputs) {
  const note = await readFile(join(folder, NOTE), "utf8").catch(() => "");
  const installed = await readFile(join(folder, "node_modules/connect-outlook/package.json")).catch(() => undefined);
  if (!output || !installed || note !== (await written(folder, output, inputs))) return false;
  await tidy(join(folder, output));
  return true;
}

/** Notes that `output` was just built of `inputs`. */
export const noteBuilt = async (folder, output, inputs) => writeFile(join(folder, NOTE), await written(folder, output, inputs));

const written = async (folder, output, inputs) => JSON.stringify({ inputs, output: digest([await contentsOf(join(folder, output), FLEETING)]) });

// Names and bytes of all files, but for those below `leftOut`.
async function contentsOf(folder, leftOut) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const parts = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (leftOut.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    parts.push(`${entry.name}\n`, entry.isDirectory() ? await contentsOf(path, leftOut) : digest([await readFile(path)]));
  }
  return digest(parts);
}

async function tidy(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (FLEETING.includes(entry.name)) await rm(path, { recursive: true });
    else if (entry.isDirectory()) await tidy(path);
  }
}

function digest(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(createHash("sha256").update(part).digest());
  return hash.digest("hex");
}

// What Next.js writes beside its build: for itself, while it serves, while somebody develops.
const FLEETING = ["cache", "dev", "diagnostics", "route-cache", "trace", "trace-build", "types"];

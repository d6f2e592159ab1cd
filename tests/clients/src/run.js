// Runs the stories, each file against an emulator of its own, in the environment that this emulator prints: pasted as its
// users paste it. `node src/run.js`, or with the names of some files.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const STORIES = fileURLToPath(new URL("../stories/", import.meta.url));
const binary = process.env.EMULATOR_BINARY ?? join(ROOT, "target/debug/connect-outlook-emulator");

/** Starts the emulator; answers once it has printed everything: its process and the environment for its clients. */
async function start(folder) {
  const emulator = spawn(binary, ["--port", "0", "--https", join(folder, "authority.pem")], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  const printed = new Promise((resolve) => {
    emulator.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (output.includes("Ctrl-C")) resolve();
    });
  });
  const early = new Promise((_, reject) => {
    emulator.once("error", reject);
    emulator.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)));
  });
  await Promise.race([printed, early]);
  early.catch(() => {});
  return { emulator, environment: Object.fromEntries([...output.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value])) };
}

/** Runs one file; answers whether all of it succeeded. */
async function tell(file) {
  const folder = await mkdtemp(join(tmpdir(), "connect-outlook-clients-"));
  const { emulator, environment } = await start(folder);
  try {
    console.log(`${basename(file)}:`);
    const told = spawn(process.execPath, ["--test", "--test-reporter=spec", file], { env: { ...process.env, ...environment }, stdio: "inherit" });
    return (await ended(told)) === 0;
  } finally {
    const gone = ended(emulator);
    emulator.kill("SIGINT");
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
}

const ended = (child) => new Promise((resolve) => child.once("exit", resolve));

const names = process.argv.length > 2 ? process.argv.slice(2) : await readdir(STORIES);
let succeeded = true;
for (const name of names.filter((name) => name.endsWith(".test.js")).sort()) {
  succeeded = (await tell(join(STORIES, basename(name)))) && succeeded;
}
process.exitCode = succeeded ? 0 : 1;

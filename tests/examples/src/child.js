// Other programs: run to their end, or until they are ready.

import { spawn } from "node:child_process";

/** Runs a program to its end; answers what it printed. Rejects with all of that if it fails. */
export function run(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const printed = listening(child);
  return ended(child).then((code) => {
    if (code === 0) return printed.output;
    throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${printed.output}`);
  });
}

/** A program that serves. */
export class Server {
  #child;
  #ended;
  #printed;

  /** Starts it; answers once it has printed what `ready` matches, with that match. */
  static async start(program, args, { ready, ...options }) {
    const server = new Server();
    server.#child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    server.#ended = ended(server.#child);
    const match = new Promise((resolve) => {
      server.#printed = listening(server.#child, (output) => {
        const found = ready.exec(output);
        if (found) resolve(found);
      });
    });
    const early = server.#ended.then((code) => {
      throw new Error(`${program} ended with ${code} before it was ready:\n${server.output}`);
    });
    server.ready = await Promise.race([match, early]);
    early.catch(() => {});
    return server;
  }

  /** Standard output and error so far. */
  get output() {
    return this.#printed.output;
  }

  /** Ends it. */
  async stop() {
    // Not SIGKILL: servers for developers have children of their own to end.
    this.#child.kill("SIGTERM");
    await this.#ended;
  }
}

function listening(child, hear = () => {}) {
  const printed = { output: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      printed.output += text;
      hear(printed.output);
    });
  }
  return printed;
}

const ended = (child) =>
  new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });

// A program of ours that runs for a story: started, listened to until it says that it is ready, ended.

import { spawn } from "node:child_process";

/** A running program and everything it printed. */
export class Program {
  #process;
  #ended;
  /** Standard output and error so far. */
  output = "";

  constructor(binary, words, environment) {
    this.#process = spawn(binary, words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("close", (code, signal) => resolve({ code, signal }));
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.setEncoding("utf8").on("data", (text) => (this.output += text));
  }

  /** What it says by the time `shape` fits its output: the groups of `shape`. */
  async says(shape) {
    const streams = [this.#process.stdout, this.#process.stderr];
    const said = new Promise((resolve) => {
      const listen = () => {
        const match = shape.exec(this.output);
        if (!match) return;
        // A trace is long, and whoever goes on reading it from its beginning at each piece reads it many times.
        for (const stream of streams) stream.off("data", listen);
        resolve(match.slice(1));
      };
      for (const stream of streams) stream.on("data", listen);
      listen();
    });
    const early = this.#ended.then(({ code }) => {
      throw new Error(`ended with ${code} before it was ready:\n${this.output}`);
    });
    early.catch(() => {});
    return Promise.race([said, early]);
  }

  /** Whether it is gone. */
  get hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Presses Ctrl-C and waits for the end: `{code, signal}`. */
  async interrupt() {
    this.#process.kill("SIGINT");
    return this.#ended;
  }

  /** Ends it if it still runs. */
  async close() {
    if (!this.hasEnded) this.#process.kill("SIGKILL");
    await this.#ended;
  }
}

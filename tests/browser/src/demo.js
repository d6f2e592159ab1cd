// The demo as people start it: the real binary, on free ports, with its data in a folder of its own.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Emulator } from "./emulator.js";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A running `connect-outlook-demo`. */
export class Demo {
  #process;
  #ended;
  #output = "";

  /** Starts it; answers once it has printed its address. Everything it logs is kept, at the finest level. */
  static async start() {
    const demo = new Demo();
    demo.data = await mkdtemp(join(tmpdir(), "connect-outlook-"));
    const binary = process.env.DEMO_BINARY ?? join(ROOT, "target/debug/connect-outlook-demo");
    const environment = { ...process.env, RUST_LOG: "trace", NO_COLOR: "1" };
    demo.#process = spawn(binary, ["--port", "0", "--data", demo.data], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    demo.#ended = new Promise((resolve, reject) => {
      demo.#process.once("error", reject);
      demo.#process.once("close", (code, signal) => resolve({ code, signal }));
    });
    await demo.#ready();
    return demo;
  }

  /** Standard output and error so far. */
  get output() {
    return this.#output;
  }

  /** Whether the process is gone. */
  get hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Presses Ctrl-C and waits for the end: `{code, signal}`. */
  async interrupt() {
    this.#process.kill("SIGINT");
    return this.#ended;
  }

  /** Ends it if it still runs, and removes its data. */
  async close() {
    if (!this.hasEnded) this.#process.kill("SIGKILL");
    await this.#ended;
    await rm(this.data, { recursive: true, force: true });
  }

  async #ready() {
    const ready = new Promise((resolve) => {
      const listen = (bytes) => {
        this.#output += bytes;
        const address = /^Demo ready: (http:\/\/localhost:\d+)\/$/m.exec(this.#output);
        const microsoft = /http:\/\/127\.0\.0\.1:\d+/.exec(this.#output);
        if (address && microsoft) resolve([address[1], microsoft[0]]);
      };
      this.#process.stdout.setEncoding("utf8").on("data", listen);
      this.#process.stderr.setEncoding("utf8").on("data", listen);
    });
    const early = this.#ended.then(({ code }) => {
      throw new Error(`the demo ended with ${code} before it was ready:\n${this.#output}`);
    });
    const [origin, microsoft] = await Promise.race([ready, early]);
    early.catch(() => {});
    this.origin = origin;
    this.address = `${origin}/`;
    this.emulator = new Emulator(microsoft);
  }
}

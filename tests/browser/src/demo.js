// The demo as people start it: the real binary, on free ports, with its data in a folder of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Emulator } from "./emulator.js";
import { Program } from "./program.js";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A running `connect-outlook-demo`. */
export class Demo {
  #program;

  /** Starts it; answers once it has printed its address. Everything it logs is kept, at the finest level. */
  static async start() {
    const demo = new Demo();
    demo.data = await mkdtemp(join(tmpdir(), "connect-outlook-"));
    const binary = process.env.DEMO_BINARY ?? join(ROOT, "target/debug/connect-outlook-demo");
    demo.#program = new Program(binary, ["--port", "0", "--data", demo.data], { ...process.env, RUST_LOG: "trace", NO_COLOR: "1" });
    const [origin] = await demo.#program.says(/^Demo ready: (http:\/\/localhost:\d+)\/$/m);
    const [microsoft] = await demo.#program.says(/^Microsoft, emulated: (http:\/\/127\.0\.0\.1:\d+)$/m);
    demo.origin = origin;
    demo.address = `${origin}/`;
    demo.emulator = new Emulator(microsoft);
    return demo;
  }

  /** Standard output and error so far. */
  get output() {
    return this.#program.output;
  }

  /** Whether the process is gone. */
  get hasEnded() {
    return this.#program.hasEnded;
  }

  /** Presses Ctrl-C and waits for the end: `{code, signal}`. */
  interrupt = () => this.#program.interrupt();

  /** Ends it if it still runs, and removes its data. */
  async close() {
    await this.#program.close();
    await rm(this.data, { recursive: true, force: true });
  }
}

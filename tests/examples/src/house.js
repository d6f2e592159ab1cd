// What an example needs around it: Microsoft emulated, `connect-outlook serve`, and a web server in front of both.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT } from "../../browser/src/demo.js";
import { Emulator } from "../../browser/src/emulator.js";
import { Server } from "./child.js";
import { Front } from "./front.js";
import { policyOf } from "./policy.js";

/** An origin at which one example stands, as a `Visitor` knows places: `origin`, `address`, `emulator`. */
export class House {
  #servers = [];
  #backend;

  /** Builds it around an example that is ready to be served. */
  static async build(example) {
    const front = await Front.listen();
    const house = await House.#at(front.origin);
    house.#servers.push(front);
    front.backend = await house.#startBackend();
    front.site = example.start ? await house.#startSite(example) : join(example.folder, example.site);
    front.policy = await policyOf(example, house);
    return house;
  }

  /** Builds it around an example whose developer is at work: its own server passes the backend's part on. */
  static async develop({ folder, develop }) {
    const port = await freePort();
    const house = await House.#at(`http://localhost:${port}`);
    const env = { ...process.env, OUTLOOK_BACKEND: await house.#startBackend(), NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1" };
    await house.#start(process.execPath, [...develop, "--port", port], { cwd: folder, env, ready: new RegExp(`http://localhost:${port}`) });
    return house;
  }

  static async #at(origin) {
    const house = new House();
    house.data = await mkdtemp(join(tmpdir(), "connect-outlook-example-"));
    house.origin = origin;
    house.address = `${origin}/`;
    await house.#startMicrosoft();
    return house;
  }

  /** Everything the backend logged. */
  get log() {
    return this.#backend.output;
  }

  async close() {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await rm(this.data, { recursive: true, force: true });
  }

  async #start(program, args, options) {
    const server = await Server.start(program, args, options);
    this.#servers.push(server);
    return server;
  }

  async #startMicrosoft() {
    const { ready } = await this.#start(program("EMULATOR_BINARY", "connect-outlook-emulator"), ["--port", "0"], { ready: /^Emulator ready: (http:\S+?)\/_emulator\/$/m });
    this.emulator = new Emulator(ready[1]);
  }

  async #startBackend() {
    const { applications } = await this.emulator.world();
    const registered = applications.find(({ redirect_uris: uris }) => uris.some(({ uri }) => uri === "http://localhost/outlook-callback"));
    const settings = {
      PUBLIC_URL: this.origin,
      LISTEN: "127.0.0.1:0",
      CLIENT_ID: registered.client_id,
      CLIENT_SECRET: registered.secrets[0].value,
      INSECURE_ENTRA_ORIGIN: this.emulator.origin,
      INSECURE_GRAPH_ORIGIN: this.emulator.origin,
      KEY: randomBytes(32).toString("hex"),
      DATABASE: `sqlite:${join(this.data, "vault.sqlite")}`,
      LOG: "trace",
      LOG_FORMAT: "json",
    };
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`CONNECT_OUTLOOK_${name}`, value]));
    const listening = /"address":"([\d.:]+)".*"message":"serving"|"message":"serving".*"address":"([\d.:]+)"/;
    this.#backend = await this.#start(program("SERVER_BINARY", "connect-outlook"), ["serve"], { env, ready: listening });
    const [, one, other] = this.#backend.ready;
    return `http://${one ?? other}`;
  }

  async #startSite({ folder, start }) {
    const { ready } = await this.#start(process.execPath, start, { cwd: folder, ready: /http:\/\/localhost:\d+/ });
    return ready[0];
  }
}

// Taken by nobody a moment ago: servers for developers do not say early enough which one they took.
async function freePort() {
  const front = await Front.listen();
  await front.stop();
  return new URL(front.origin).port;
}

const program = (variable, name) => process.env[variable] ?? join(ROOT, "target/debug", name);

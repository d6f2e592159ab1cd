// A site as integrators run it: pages of their own, the package from a folder, and the server behind the web server that
// passes its routes on, over HTTPS if asked. Microsoft is the emulator.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT } from "./demo.js";
import { Emulator } from "./emulator.js";
import { Program } from "./program.js";
import { WebServer } from "./web-server.js";

/** The running three: web server, `connect-outlook serve`, `connect-outlook-emulator`. */
export class Site {
  #web;
  #door;
  #server;
  #environment;
  #microsoft;

  /**
   * Starts them; answers when the site can be opened. `settings` of the server go before the usual ones; with `apart` its
   * routes are at another site, `api`, instead.
   */
  static async start({ https = false, apart = false, settings = () => ({}) } = {}) {
    const site = new Site();
    site.data = await mkdtemp(join(tmpdir(), "connect-outlook-"));
    try {
      site.#web = await WebServer.listen(https ? certificate(site.data) : undefined);
      if (apart) site.#door = await WebServer.listen(undefined, "127.0.0.1");
      site.origin = site.#web.origin;
      site.address = `${site.origin}/`;
      site.api = site.#door?.origin ?? site.origin;
      await site.#startMicrosoft();
      await site.#startServer(settings(site));
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  /** Has the site show `markup` at `path`, with other headers than usual: a text is the policy. */
  show = (path, markup, headers) => this.#web.pages.set(path, { markup, headers: typeof headers === "string" ? { "content-security-policy": headers } : headers });

  /** Has the site serve `file` at `path`. */
  serve = (path, file) => this.#web.files.set(path, file);

  /** Every origin whose answers pages see. */
  get origins() {
    return [...new Set([this.origin, this.api])];
  }

  /** What the server printed so far. */
  get output() {
    return this.#server.output;
  }

  /** Runs another command of the program, with the server's settings; what it printed. */
  command(args) {
    const binary = process.env.SERVER_BINARY ?? join(ROOT, "target/debug/connect-outlook");
    return execFileSync(binary, args, { env: this.#environment, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  }

  /** Whether the server is gone. */
  get hasEnded() {
    return this.#server.hasEnded;
  }

  /** Ends everything that still runs, and removes the data. */
  async close() {
    await Promise.all([this.#web, this.#door, this.#server, this.#microsoft].map((part) => part?.close()));
    await rm(this.data, { recursive: true, force: true });
  }

  async #startMicrosoft() {
    const file = join(this.data, "world.toml");
    await writeFile(file, WORLD);
    const binary = process.env.EMULATOR_BINARY ?? join(ROOT, "target/debug/connect-outlook-emulator");
    this.#microsoft = new Program(binary, ["--port", "0", "--world", file], process.env);
    const [origin] = await this.#microsoft.says(/^Emulator ready: (http:\/\/127\.0\.0\.1:\d+)\//m);
    this.emulator = new Emulator(origin);
    await rm(file);
  }

  async #startServer(others) {
    const { applications } = await this.emulator.world();
    const settings = {
      PUBLIC_URL: this.api,
      CLIENT_ID: applications[0].client_id,
      CLIENT_SECRET: applications[0].secrets[0].value,
      KEY: randomBytes(32).toString("hex"),
      DATABASE: `sqlite:${join(this.data, "vault.sqlite")}`,
      LISTEN: "127.0.0.1:0",
      INSECURE_ENTRA_ORIGIN: this.emulator.origin,
      INSECURE_GRAPH_ORIGIN: this.emulator.origin,
      LOG: "trace",
      ...others,
    };
    const named = Object.entries(settings).map(([name, value]) => [`CONNECT_OUTLOOK_${name}`, value]);
    const binary = process.env.SERVER_BINARY ?? join(ROOT, "target/debug/connect-outlook");
    this.#environment = { ...process.env, NO_COLOR: "1", ...Object.fromEntries(named) };
    this.#server = new Program(binary, ["serve"], this.#environment);
    [(this.#door ?? this.#web).server] = await this.#server.says(/ serving address=(127\.0\.0\.1:\d+) /);
  }
}

/** A certificate for `localhost` that nobody trusts, made for one story: `{key, cert}`. */
function certificate(folder) {
  const [key, cert] = [join(folder, "tls.key"), join(folder, "tls.pem")];
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
  execFileSync("openssl", [...words.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const WORLD = `
[[tenants]]
name = "Contoso"
domain = "contoso.example"

[[people]]
name = "Ada Lovelace"
address = "ada@contoso.example"
tenant = "contoso.example"

[[applications]]
name = "A site"
home_tenant = "contoso.example"
audience = "AzureADandPersonalMicrosoftAccount"
redirect_uris = [
  { uri = "http://localhost/outlook-callback", platform = "web" },
  { uri = "http://localhost/outlook/v1/callback", platform = "web" },
  { uri = "https://localhost/outlook-callback", platform = "web" },
  { uri = "https://localhost/outlook/v1/callback", platform = "web" },
]
secrets = [{ value = "emulated~Secret.of/a+Site=" }]
`;

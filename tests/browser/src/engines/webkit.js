// WebKitGTK, driven by its WebDriver on a screen that nobody sees.

import { createServer } from "node:net";
import { setTimeout as after } from "node:timers/promises";

import { Program } from "../program.js";

/** A WebKit with a profile of its own. */
export class WebKit {
  #screen;
  #driver;
  #session;
  #window;

  static async launch() {
    const webkit = new WebKit();
    try {
      webkit.#screen = new Program("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], process.env);
      const [display] = await webkit.#screen.says(/^(\d+)\n/);
      const port = await freePort();
      const environment = { ...process.env, DISPLAY: `:${display}`, WEBKIT_DISABLE_DMABUF_RENDERER: "1", LIBGL_ALWAYS_SOFTWARE: "1", NO_AT_BRIDGE: "1" };
      webkit.#driver = new Program("WebKitWebDriver", [`--port=${port}`], environment);
      await webkit.#begin(`http://127.0.0.1:${port}`);
      webkit.#window = await webkit.#call("GET", "/window");
      return webkit;
    } catch (error) {
      await webkit.close();
      throw error;
    }
  }

  /** Opens an address in the tab. */
  open = (address) => this.#call("POST", "/url", { url: address });

  /** What `look(...values)` answers in the page; it may answer JSON only. */
  ask = (look, ...values) => this.#call("POST", "/execute/sync", { script: `return (${look})(...arguments)`, args: values });

  /** Whether `find(...values)` answers an element. */
  has = async (find, ...values) => (await this.ask(find, ...values)) !== null;

  /** Presses the element that `find(...values)` answers in the page, as a finger does. */
  async press(find, ...values) {
    const [element] = Object.values(await this.ask(find, ...values));
    await this.#call("POST", `/element/${element}/click`, {});
  }

  /** The tab's address. */
  address = () => this.#call("GET", "/url");

  /** How many tabs and windows there are. */
  windows = async () => (await this.#call("GET", "/window/handles")).length;

  /** Goes on in the other one of two, or in the one that is left. */
  async switchOver() {
    const handles = await this.#call("GET", "/window/handles");
    this.#window = handles.find((handle) => handle !== this.#window);
    await this.#call("POST", "/window", { handle: this.#window });
  }

  async close() {
    if (this.#session) await this.#call("DELETE", "").catch(() => {});
    await this.#driver?.close();
    await this.#screen?.close();
  }

  // It says nothing when it is ready.
  async #begin(driver) {
    const capabilities = { alwaysMatch: { acceptInsecureCerts: true } };
    for (let tries = 0; ; tries += 1) {
      try {
        const { sessionId } = await call("POST", `${driver}/session`, { capabilities });
        this.#session = `${driver}/session/${sessionId}`;
        return;
      } catch (error) {
        if (error.cause?.code !== "ECONNREFUSED" || tries === MOST_TRIES) throw error;
        await after(BETWEEN_MS);
      }
    }
  }

  #call = (method, path, body) => call(method, this.#session + path, body);
}

async function call(method, address, body) {
  const answer = await fetch(address, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${address}: ${value.error}: ${value.message}`);
  return value;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const MOST_TRIES = 200;
const BETWEEN_MS = 50;

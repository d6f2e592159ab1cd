// The web server of a site: pages, the package's files, and the routes of `connect-outlook serve`, which it passes on.

import { readFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { extname, join, normalize } from "node:path";

import { ROOT } from "./demo.js";

/** A web server, at `localhost` unless told. */
export class WebServer {
  #server;
  /** `{markup, headers}` by path. */
  pages = new Map();
  /** Files of others, by path. */
  files = new Map();
  /** Where the server with the routes is: `127.0.0.1:41234`. */
  server;

  /** Listens on a free port; speaks HTTPS with `tls`: `{key, cert}`. */
  static async listen(tls, host = "localhost") {
    const web = new WebServer();
    const take = (request, response) => web.#take(request, response).catch((error) => response.destroy(error));
    web.#server = tls ? createSecureServer(tls, take) : createServer(take);
    await new Promise((resolve) => web.#server.listen(0, host, resolve));
    web.origin = `${tls ? "https" : "http"}://${host}:${web.#server.address().port}`;
    return web;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    const page = this.pages.get(pathname);
    if (pathname.startsWith("/outlook/")) return this.#passOn(request, response);
    if (page) return send(response, ".html", document(page.markup), page.headers);
    if (pathname === "/page.js") return send(response, ".js", SCRIPT);
    const ours = pathname.startsWith("/sdk/") && join(ROOT, "sdk-wasm/pkg", normalize(pathname.slice("/sdk".length)));
    const file = this.files.get(pathname) ?? ours;
    if (file) {
      const text = await readFile(file).catch(() => undefined);
      if (text) return send(response, extname(file), text);
    }
    response.writeHead(404).end();
  }

  async #passOn(request, response) {
    const [host, port] = this.server.split(":");
    const { url: path, method, headers } = request;
    const passed = ask({ host, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    passed.on("error", (error) => response.destroy(error));
    request.pipe(passed);
  }
}

function send(response, end, body, headers) {
  const usual = { "content-type": KINDS[end] ?? "text/plain", "content-security-policy": POLICY, "cache-control": "no-store", "x-content-type-options": "nosniff" };
  response.writeHead(200, { ...usual, ...headers });
  response.end(body);
}

const document = (markup) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>A page</title>${markup}</html>`;

/** Everything a page of an integrator needs to list a mailbox. */
const SCRIPT = `
import "/sdk/element.js";
const element = document.querySelector("connect-outlook");
const inbox = document.querySelector("#inbox");
const line = ({ subject }) => Object.assign(document.createElement("li"), { textContent: subject });
document.addEventListener("connect-outlook:connected", async ({ detail: { account } }) => {
  try {
    const { messages } = await element.outlook.mail.messages({ account: account.id });
    inbox.replaceChildren(...messages.map(line));
  } catch ({ code }) {
    inbox.replaceChildren(line({ subject: code }));
  }
});
document.addEventListener("connect-outlook:disconnected", () => inbox.replaceChildren());
`;

const KINDS = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wasm": "application/wasm" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'";

// The web server of an example: its files, and the backend below /outlook/, on one origin.

import { readFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { extname, join, normalize, sep } from "node:path";

/** One origin for page and backend: `http://localhost:PORT`. */
export class Front {
  #server;
  /** Where `/outlook/` leads: an origin. */
  backend;
  /** What answers everything else: a folder, or the origin of an example's own server. */
  site;
  /** The page's policy. */
  policy;

  static async listen() {
    const front = new Front();
    front.#server = createServer((request, response) => front.#answer(request, response));
    await new Promise((resolve) => front.#server.listen(0, "localhost", resolve));
    front.origin = `http://localhost:${front.#server.address().port}`;
    return front;
  }

  /** Ends it. */
  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    if (pathname.startsWith("/outlook/")) return pass(request, response, this.backend);
    response.setHeader("content-security-policy", this.policy);
    response.setHeader("x-content-type-options", "nosniff");
    if (URL.canParse(this.site)) return pass(request, response, this.site);
    return file(response, this.site, pathname);
  }
}

function pass(request, response, origin) {
  const { hostname, port } = new URL(origin);
  const { method, headers, url: path } = request;
  const passed = ask({ hostname, port, method, path, headers: { ...headers, "x-forwarded-for": request.socket.remoteAddress } }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  request.pipe(passed);
}

async function file(response, folder, pathname) {
  // A page of one document: it is also what Microsoft sends visitors back to.
  const path = normalize(join(folder, ["/", "/outlook-callback"].includes(pathname) ? "index.html" : decodeURIComponent(pathname)));
  const bytes = path.startsWith(folder + sep) ? await readFile(path).catch(() => undefined) : undefined;
  if (bytes === undefined) return response.writeHead(404).end();
  return response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes);
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

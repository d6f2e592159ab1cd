// Where browsers send reports of violated policies: they do so for pages that run no script as well.

import { createServer } from "node:http";

/** Collects reports at an address of its own. */
export class Reports {
  #server;
  #waiting = [];
  /** What was violated so far: `script-src-elem by inline at http://…`. */
  received = [];

  static async listen() {
    const reports = new Reports();
    reports.#server = createServer(async (request, response) => {
      let text = "";
      for await (const part of request.setEncoding("utf8")) text += part;
      const { "csp-report": report } = JSON.parse(text);
      const told = `${report["effective-directive"]} by ${report["blocked-uri"]} at ${report["document-uri"]}`;
      reports.received.push(told);
      for (const hear of reports.#waiting.splice(0)) hear(told);
      response.writeHead(204).end();
    });
    await new Promise((resolve) => reports.#server.listen(0, "127.0.0.1", resolve));
    reports.address = `http://127.0.0.1:${reports.#server.address().port}/`;
    return reports;
  }

  /** The next report to arrive. */
  next = () => new Promise((resolve) => this.#waiting.push(resolve));

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

// Sees what a page could see: answers, addresses, what it sends, its stores, its history, its console. Remembers all of it.

/** Watches everything that pages of `origin` in a browser context could see or say. */
export class Witness {
  #origin;
  #sightings = [];
  #pending = new Set();
  /** Messages that a clean page does not print, policy violations included. */
  complaints = [];
  /** Addresses of the API that answered with a refusal: Chromium reports each in the console. */
  refusals = [];

  static async watch(context, origin) {
    const witness = new Witness();
    witness.#origin = origin;
    await context.addInitScript(reportViolations);
    context.on("request", (request) => witness.#sawRequest(request));
    context.on("response", (response) => witness.#sawResponse(response));
    context.on("requestfinished", (request) => witness.#later(witness.#sawBody(request)));
    context.on("console", (message) => witness.#sawConsole(message));
    context.on("weberror", (error) => witness.complaints.push(`uncaught: ${error.error()?.stack}`));
    context.on("page", (page) => page.on("framenavigated", (frame) => witness.#saw("address", frame.url(), frame.url())));
    return witness;
  }

  /** All sightings as `{where, url, text}`, once every answer is read. */
  async sightings() {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    return this.#sightings;
  }

  /** Looks into everything that script of this page could read now, and into the tab's history. */
  async look(page) {
    if (!page.url().startsWith(this.#origin)) return;
    const inside = await page.evaluate(readEverything);
    for (const [where, text] of Object.entries(inside)) this.#saw(where, page.url(), text);
    const devtools = await page.context().newCDPSession(page);
    const { entries } = await devtools.send("Page.getNavigationHistory");
    for (const { url } of entries) if (url.startsWith(this.#origin)) this.#saw("history", page.url(), url);
    await devtools.detach();
  }

  #sawRequest(request) {
    const url = request.url();
    const { cookie, ...headers } = request.headers();
    const fromHere = url.startsWith(this.#origin) || headers.referer?.startsWith(this.#origin);
    if (!fromHere) return;
    this.#saw("request address", url, url);
    this.#saw("request headers", url, JSON.stringify(headers));
    this.#saw("request body", url, request.postData() ?? "");
  }

  #sawResponse(response) {
    const url = response.url();
    if (!url.startsWith(this.#origin)) return;
    const { "set-cookie": _, ...headers } = response.headers();
    this.#saw("answer headers", url, JSON.stringify(headers));
  }

  // Asked for an answer that is never finished because its page was left, Playwright would wait for ever.
  async #sawBody(request) {
    const url = request.url();
    if (!url.startsWith(this.#origin)) return;
    const response = await request.response();
    // Redirects have no body.
    const body = await response.body().catch(() => Buffer.alloc(0));
    this.#saw("answer body", url, body.toString("latin1"));
  }

  #sawConsole(message) {
    const { url } = message.location();
    this.#saw("console", url, message.text());
    if (!["error", "warning"].includes(message.type())) return;
    const isAnswer = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
    if (isAnswer && new URL(url).pathname === "/favicon.ico") return;
    if (isAnswer && url.startsWith(`${this.#origin}/outlook/v1/`)) this.refusals.push(url);
    else this.complaints.push(`${message.text()} (${url})`);
  }

  #saw(where, url, text) {
    this.#sightings.push({ where, url, text });
  }

  #later(work) {
    // A page that closes while it is read takes its last answers with it.
    const settled = work.catch(() => {}).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }
}

function reportViolations() {
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
    console.error(`policy violated: ${violatedDirective} by ${blockedURI} in ${sourceFile}`),
  );
}

/** Everything that script could read, by place. Runs in the page. */
export async function readEverything() {
  const markup = (root) => {
    const shadows = [...root.querySelectorAll("*")].filter((element) => element.shadowRoot);
    return [root.innerHTML ?? root.documentElement.outerHTML, ...shadows.map((element) => markup(element.shadowRoot))].join("\n");
  };
  const whole = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  const databases = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await whole(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const records = database.transaction(store).objectStore(store);
      databases.push([name, store, await whole(records.getAllKeys()), await whole(records.getAll())]);
    }
    database.close();
  }
  const cached = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) cached.push(request.url, await (await cache.match(request)).text());
  }
  return {
    address: location.href,
    "local storage": JSON.stringify(Object.entries(localStorage)),
    "session storage": JSON.stringify(Object.entries(sessionStorage)),
    databases: JSON.stringify(databases),
    caches: JSON.stringify(cached),
    cookies: document.cookie,
    "history state": JSON.stringify(history.state) ?? "",
    "window name": window.name,
    referrer: document.referrer,
    // Chromium keeps the address that this very document was reached by for as long as it lives.
    arrival: performance.getEntriesByType("navigation").map(({ name }) => name).join("\n"),
    timings: performance.getEntries().filter(({ entryType }) => entryType !== "navigation").map(({ name }) => name).join("\n"),
    document: markup(document),
    fields: [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join("\n"),
  };
}

// Sees what a page could see: answers, addresses, what it sends, its stores, its history, its console. Remembers all of it.

/** Watches everything that pages of `origins` in a browser context could see or say. */
export class Witness {
  #origins;
  #sightings = [];
  #pending = new Set();
  /** Messages that a clean page does not print, policy violations included. */
  complaints = [];
  /** Addresses of the API that answered with a refusal: Chromium reports each in the console. */
  refusals = [];

  static async watch(context, origins) {
    const witness = new Witness();
    witness.#origins = origins;
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

  /** Looks into everything that script of this page and its frames could read now, and into the tab's history. */
  async look(page) {
    for (const frame of page.frames().filter((frame) => this.#isOurs(frame.url()))) {
      const inside = await frame.evaluate(readEverything);
      for (const [where, text] of Object.entries(inside)) this.#saw(where, frame.url(), text);
      await this.#lookIntoWorker(frame);
    }
    if (!this.#isOurs(page.url())) return;
    const devtools = await page.context().newCDPSession(page);
    const { entries } = await devtools.send("Page.getNavigationHistory");
    for (const { url } of entries) if (this.#isOurs(url)) this.#saw("history", page.url(), url);
    await devtools.detach();
  }

  #isOurs = (url) => this.#origins.some((origin) => url.startsWith(`${origin}/`));

  // What the service worker `recorder.js` wrote down, seen as what it was.
  async #lookIntoWorker(frame) {
    for (const { where, url, text } of await frame.evaluate(readWorker)) this.#saw(where, url, text);
  }

  #sawRequest(request) {
    const url = request.url();
    const { cookie, ...headers } = request.headers();
    const fromHere = this.#isOurs(url) || this.#isOurs(headers.referer ?? "");
    if (!fromHere) return;
    this.#saw("request address", url, url);
    this.#saw("request headers", url, JSON.stringify(headers));
    this.#saw("request body", url, request.postData() ?? "");
  }

  #sawResponse(response) {
    const url = response.url();
    if (!this.#isOurs(url)) return;
    const { "set-cookie": _, ...headers } = response.headers();
    this.#saw("answer headers", url, JSON.stringify(headers));
  }

  // Asked for an answer that is never finished because its page was left, Playwright would wait for ever.
  async #sawBody(request) {
    const url = request.url();
    if (!this.#isOurs(url)) return;
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
    if (isAnswer && this.#isOurs(url) && new URL(url).pathname.startsWith("/outlook/v1/")) this.refusals.push(url);
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

/** Everything that the service worker `recorder.js` saw, if this page has it. */
async function readWorker() {
  if (!(await caches.has("seen-by-worker").catch(() => false))) return [];
  const cache = await caches.open("seen-by-worker");
  const seen = await Promise.all((await cache.keys()).map(async (request) => (await cache.match(request)).json()));
  return seen.flat();
}

/** Everything that script could read, by place. Runs in the page. */
export async function readEverything() {
  const markup = (root) => {
    const shadows = [...root.querySelectorAll("*")].filter((element) => element.shadowRoot);
    return [root.innerHTML ?? root.documentElement.outerHTML, ...shadows.map((element) => markup(element.shadowRoot))].join("\n");
  };
  const whole = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  // A store that browsers keep from a frame is one that its script cannot read either.
  const kept = (names) => names.catch(() => []);
  const databases = [];
  for (const { name } of await kept(indexedDB.databases())) {
    const database = await whole(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const records = database.transaction(store).objectStore(store);
      databases.push([name, store, await whole(records.getAllKeys()), await whole(records.getAll())]);
    }
    database.close();
  }
  const [cached, arrivals] = [[], []];
  // The recorder's own notes are read as what they note.
  for (const name of (await kept(caches.keys())).filter((name) => name !== "seen-by-worker")) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      // A worker that keeps documents keeps the address by which they were reached, its fragment included.
      const { pathname, hash } = new URL(request.url);
      (pathname === "/outlook-callback" && hash ? arrivals : cached).push(request.url);
      cached.push(await (await cache.match(request)).text());
    }
  }
  return {
    address: location.href,
    "local storage": JSON.stringify(Object.entries(localStorage)),
    "session storage": JSON.stringify(Object.entries(sessionStorage)),
    databases: JSON.stringify(databases),
    caches: JSON.stringify(cached),
    "cached arrivals": JSON.stringify(arrivals),
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

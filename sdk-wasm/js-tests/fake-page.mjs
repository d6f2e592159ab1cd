// A page in Node, as far as the SDK touches one: the real wasm runs in it, and the server is a table of answers.
import { readFile } from 'node:fs/promises';

export const ORIGIN = 'https://app.example';
export const SDK = new URL('../pkg/index.js', import.meta.url).href;
export const STATE = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE';
export const NONCE = 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI';
export const ADA = { id: 'acc_1', display_name: 'Ada Lovelace', address: 'ada@contoso.example', state: 'connected' };

export const STARTED = {
  state: STATE,
  nonce: NONCE,
  client_id: '00000000-1111-4222-8333-444444444444',
  authorize_endpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  scope: 'openid Mail.Read',
  redirect_uri: `${ORIGIN}/outlook-callback`,
  response_mode: 'fragment',
  expires_at: Math.floor(Date.now() / 1000) + 600,
};

class Store {
  #items = new Map();
  // As names of its own, too.
  constructor() {
    return new Proxy(this, { get: (store, key) => (key in store ? Reflect.get(store, key, store) : store.getItem(key)) });
  }

  getItem = (key) => this.#items.get(key) ?? null;
  setItem = (key, value) => void this.#items.set(key, String(value));
  removeItem = (key) => void this.#items.delete(key);
  get text() {
    return JSON.stringify([...this.#items]);
  }
  get size() {
    return this.#items.size;
  }
}

class Clock {
  now = 0;
  timers = new Set();

  add(timer) {
    this.timers.add(timer);
    return timer;
  }

  pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.now = next.at;
      if (next.every) next.at += next.every;
      else this.timers.delete(next);
      next.run();
    }
    this.now = end;
  }
}

function openPopup(page, values) {
  if (page.blocksPopups) return null;
  const popup = { values, closed: false, went: [], moved: [], document: {}, outerWidth: 500, outerHeight: 640 };
  popup.close = () => (popup.closed = true);
  popup.moveTo = (...to) => popup.moved.push(to);
  popup.location = { replace: (url) => popup.went.push(url) };
  page.popups.push(popup);
  return popup;
}

/** Puts a fresh page around the SDK: `path` is its address, `answers` maps `METHOD /path` to `[status, body, headers]`. */
export function openPage(path = '/', answers = {}) {
  const page = {
    answers,
    requests: [],
    left: [],
    uncaught: [],
    logged: [],
    store: new Store(),
    module: async () => new Response(await readFile(new URL('../pkg/connect_outlook_sdk_bg.wasm', import.meta.url)), WASM),
    show: (event) => events.dispatchEvent(Object.assign(new Event('pageshow'), event)),
    hide: () => events.dispatchEvent(new Event('pagehide')),
    hear: (type, listener) => events.addEventListener(type, listener),
    // Whether the visitor looks at this page.
    hasFocus: true,
    popups: [],
    blocksPopups: false,
    closed: false,
    clock: new Clock(),
  };
  page.pass = (milliseconds) => page.clock.pass(milliseconds);
  const events = new EventTarget();
  page.location = {
    href: ORIGIN + path,
    assign: (url) => void page.left.push(url),
    get hash() {
      return new URL(this.href).hash;
    },
  };
  const history = {
    state: { router: 7 },
    replaceState(state, _, url = page.location.href) {
      page.state = history.state = state;
      page.location.href = new URL(url, page.location.href).href;
    },
  };
  const globals = {
    Window: class {
      static [Symbol.hasInstance] = (value) => value === globalThis;
    },
    location: page.location,
    document: { hasFocus: () => page.hasFocus, documentElement: { lang: '' } },
    open: (...values) => openPopup(page, values),
    close: () => (page.closed = true),
    dispatchEvent: events.dispatchEvent.bind(events),
    PopStateEvent: class extends Event {},
    HashChangeEvent: class extends Event {},
    history,
    sessionStorage: page.store,
    console: Object.fromEntries(['debug', 'error', 'info', 'log', 'warn'].map((name) => [name, (...values) => void page.logged.push(values)])),
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    fetch: (request) => answer(page, request),
    // Nobody waits here: time passes when a test says so.
    setTimeout: (run, delay, ...values) => page.clock.add({ run: () => run(...values), at: page.clock.now + Math.max(delay, 0) }),
    setInterval: (run, every) => page.clock.add({ run, at: page.clock.now + every, every }),
    clearTimeout: (timer) => page.clock.timers.delete(timer),
    clearInterval: (timer) => page.clock.timers.delete(timer),
    // What a browser shows in its console and survives.
    queueMicrotask: (task) => microtask(() => attempt(task, page.uncaught)),
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return page;
}

/** Everything that others than the page itself can see of it: where it was, what it sent but for bodies, what it logged (R17). */
export function inSight(page) {
  const sent = page.requests.map(({ body, ...rest }) => rest);
  return JSON.stringify([sent, page.left, page.popups.map(({ went }) => went), page.location.href, page.state, page.logged]);
}

/** Waits until `holds`, letting the microtasks of the module run. */
export async function until(holds) {
  const patience = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > patience) throw new Error(`never: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function answer(page, request) {
  if (!(request instanceof Request)) return page.module();
  const { pathname, search } = new URL(request.url);
  const route = `${request.method} ${pathname}${search}`;
  const text = await request.text();
  page.requests.push({
    route,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    credentials: request.credentials,
    redirect: request.redirect,
    body: text && JSON.parse(text),
    shown: page.location.href,
    stored: page.store.text,
  });
  const found = page.answers[route];
  if (found === undefined) throw new TypeError('Failed to fetch');
  if (typeof found === 'function') return found(request);
  const [status, body, headers] = found;
  return new Response(status === 204 ? null : typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
}

function attempt(task, uncaught) {
  try {
    task();
  } catch (error) {
    uncaught.push(error);
  }
}

const microtask = globalThis.queueMicrotask;
const WASM = { headers: { 'content-type': 'application/wasm' } };

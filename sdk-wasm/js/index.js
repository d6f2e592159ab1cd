// The shell: what a page pays before somebody means to connect. Everything else arrives with the first call, or with
// `load()`. Types and documentation: index.d.ts.

export class ConnectOutlookError extends Error {
  constructor(reason) {
    super(reason.message);
    this.name = 'ConnectOutlookError';
    Object.assign(this, reason);
  }
}

export function createOutlook(options) {
  const listeners = new Set();
  // A listener that throws is the page's trouble, not the flow's.
  const tell = (event) => listeners.forEach((listener) => queueMicrotask(() => listener(event)));
  let client;
  let connecting;
  const opened = async () => (client ??= (await load()).open(options, tell));
  const call = (name) => async (...values) => (await opened())[name](...values);
  const calls = (names) => Object.fromEntries(names.split(' ').map((name) => [name, call(name)]));
  const each = (name) => async function* (...values) {
    yield* (await opened())[name](...values);
  };

  const start = async (wishes = {}) => {
    // Microsoft's pages refuse frames.
    const mode = wishes.mode ?? (globalThis.top === globalThis.window ? 'redirect' : 'popup');
    // In the same turn as the click, or browsers block it.
    const popup = mode === 'popup' && open('', '_blank', 'popup,width=500,height=640');
    tell({ type: 'connecting', mode: popup ? 'popup' : 'redirect' });
    try {
      const outcome = await (await opened()).connect(wishes, popup);
      tell({ type: 'outcome', outcome });
      return outcome;
    } catch (error) {
      if (popup) popup.close();
      tell({ type: 'failed', error });
      throw error;
    }
  };

  return {
    // However often somebody clicks, it is one attempt.
    connect: (wishes) => (connecting ??= start(wishes).finally(() => (connecting = undefined))),
    ...calls('completeRedirect session signOut disconnect'),
    // Without the WebAssembly: a page view is not an intent.
    peek: async () => {
      try {
        // Whoever holds the handle itself asks through the module, if there is one to ask with.
        if (client ? client.holds : options.session) {
          return client || sessionStorage[`connect-outlook ${options.backend}`] ? await call('session')() : null;
        }
        // The server forbids every cache. Of nobody it says nothing, which is no JSON.
        const answer = await fetch(`${options.backend.replace(/\/$/, '')}/v1/session`, { headers: { 'x-connect-outlook': 1 } });
        return answer.ok ? await answer.json() : null;
      } catch {
        return null;
      }
    },
    mail: {
      ...calls('folders messages message attachments download send sending'),
      each: each('each'),
      pages: each('pages'),
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

// Each takes what it knows.
export const connect = (options) => createOutlook(options).connect(options);

export const defineElement = async (name) => (await import('./element.js')).defineElement(name);

let loading;
export const load = () => (loading ??= fetchClient());

// The inline variant brings the module's bytes along.
let module = () => fetch(new URL('./connect_outlook_sdk_bg.wasm', import.meta.url));
export const useModule = (bytes) => (module = bytes);

async function fetchClient() {
  try {
    // Both at once: neither waits for the other's way here.
    const bytes = module();
    bytes.catch?.(() => {});
    const client = await import('./client.js');
    await client.start(bytes);
    return client;
  } catch (error) {
    loading = undefined;
    if (error instanceof ConnectOutlookError) throw error;
    throw new ConnectOutlookError({ code: 'unreachable', actor: 'operator', next: 'try_again', message: 'Part of this page did not load.' });
  }
}

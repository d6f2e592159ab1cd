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
    completeRedirect: call('completeRedirect'),
    session: call('session'),
    // Without the WebAssembly: a page view is not an intent.
    peek: async () => {
      try {
        const headers = { 'x-connect-outlook': '1' };
        const answer = await fetch(`${options.backend.replace(/\/$/, '')}/v1/session`, { headers, cache: 'no-store' });
        return answer.status === 200 ? await answer.json() : null;
      } catch {
        return null;
      }
    },
    signOut: call('signOut'),
    disconnect: call('disconnect'),
    mail: {
      folders: call('folders'),
      messages: call('messages'),
      message: call('message'),
      attachments: call('attachments'),
      download: call('download'),
      send: call('send'),
      sending: call('sending'),
      each: each('each'),
      pages: each('pages'),
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const connect = ({ backend, language, texts, ...wishes }) => createOutlook({ backend, language, texts }).connect(wishes);

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
    throw error instanceof ConnectOutlookError ? error : new ConnectOutlookError(UNREACHABLE);
  }
}

const UNREACHABLE = {
  code: 'unreachable',
  actor: 'operator',
  next: 'try_again',
  message: 'A part of this page could not be loaded. Check your connection and try again.',
};

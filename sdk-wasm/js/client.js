// Between shell and wasm: typed errors in the visitor's language, windows and hand-overs, an end for calls of a stopped
// module.
import { ConnectOutlookError } from './index.js';
import { Outlook, initSync, onPanic } from './connect_outlook_sdk.js';
import { WindowFlow, byChannel, handOver } from './inner/window.js';
import { CRASHED, LEFT, POPUP_BLOCKED, WASM_BLOCKED, cameBack } from './inner/ends.js';
import { translator } from './inner/translate.js';

export async function start(module) {
  try {
    initSync({ module: await compiled(await module) });
  } catch (error) {
    throw mayCompile() ? error : new ConnectOutlookError(WASM_BLOCKED);
  }
  onPanic((place) => {
    crash = new ConnectOutlookError({ ...CRASHED, place });
    for (const stop of waiting) stop(crash);
  });
}

// While it arrives, if its server names its kind as browsers want it; otherwise once it is there.
async function compiled(given) {
  const answer = given instanceof URL ? await fetch(given) : given;
  if (!(answer instanceof Response)) return WebAssembly.compile(answer);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  const streams = answer.headers.get('content-type') === 'application/wasm';
  return streams ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
}

// What pages need that cookies or channels do not reach.
const apart = () => import('./frame.js');

// Whether it was the page's policy, or the file: an empty module tells.
function mayCompile() {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return false;
  }
}

export function open(options, tell) {
  const translate = translator(options, () => import('./words.js'));
  const { backend, session } = options;
  // Handles that the page holds itself, where it does.
  let held;
  const keep = async () => (held ??= session && (await apart()).hold(session, backend));
  let outlook;
  let late;

  const raw = async (name, values) => {
    let stop;
    const { signal } = values.at(-1) ?? {};
    // Promises of a stopped module never settle; this race does.
    const crashed = new Promise((_, reject) => waiting.add((stop = reject)));
    try {
      if (crash) throw crash;
      signal?.throwIfAborted();
      await keep();
      outlook ??= new Outlook({ backend, held });
      return await Promise.race([crashed, outlook.call(name, ...values)]);
    } catch (error) {
      throw crash ?? (signal?.aborted ? signal.reason : typed(error));
    } finally {
      waiting.delete(stop);
    }
  };
  const call = async (name, ...values) => {
    try {
      return await translate(await raw(name, values));
    } catch (error) {
      throw await translate(error);
    }
  };

  // Attachments and letters: fetches of the page's own, in a file that comes with the first of them.
  const beyond = (name) => async (...values) => {
    try {
      values.at(-1)?.signal?.throwIfAborted();
      const at = { backend, held: await keep(), session: () => call('session') };
      return await translate(await (await import('./mail.js'))[name](at, ...values));
    } catch (error) {
      throw await translate(error);
    }
  };

  async function connect(wishes, popup) {
    // An earlier window is not waited for any more.
    late?.();
    if (popup) {
      const flow = new WindowFlow(popup, wishes, call, (outcome) => tell({ type: 'outcome', outcome }), way);
      late = flow.forget;
      return translate(await flow.outcome);
    }
    if (globalThis.top !== globalThis.window) return translate({ ...POPUP_BLOCKED });
    return (await call('connect', wishes)) ?? translate(await cameBack());
  }

  // Channels do not reach a frame whose site is not the page's.
  async function way(flow) {
    if (globalThis.top !== globalThis.window) {
      const { byClaim, hold } = await apart();
      held ??= ((outlook = undefined), hold(session, backend));
      const begun = await byClaim(backend, held, translate, flow);
      if (begun) return begun;
    }
    return byChannel(flow);
  }

  async function completeRedirect() {
    // Several parts of a page may ask; the callback is there once.
    completing ??= comeBack(call).finally(() => (completing = undefined));
    const outcome = await completing;
    if (outcome) tell({ type: 'outcome', outcome });
    return outcome;
  }

  async function* pages(wishes = {}) {
    let { cursor } = wishes;
    do {
      const page = await call('messages', { ...wishes, cursor });
      yield page;
      cursor = page.next_cursor;
    } while (cursor);
  }

  return {
    get holds() {
      return session || held?.active;
    },
    connect,
    completeRedirect,
    session: () => call('session'),
    async signOut() {
      await call('signOut');
      tell({ type: 'signed_out' });
    },
    async disconnect(account) {
      await call('disconnect', account);
      tell({ type: 'disconnected', account });
    },
    folders: (wishes) => call('folders', wishes),
    messages: (wishes) => call('messages', wishes),
    message: (id, wishes) => call('message', id, wishes),
    attachments: beyond('attachments'),
    download: beyond('download'),
    send: beyond('send'),
    sending: beyond('sending'),
    pages,
    async *each(wishes) {
      for await (const { messages } of pages(wishes)) yield* messages;
    },
  };
}

// On the page that Microsoft sends the visitor back to: in the tab that left, or in a window of another page.
async function comeBack(call) {
  const { [LEFT]: left, ...state } = history.state ?? {};
  if (left) {
    history.replaceState(state, '');
    return left;
  }
  const address = location.href;
  const outcome = await call('completeRedirect');
  if (outcome?.code === 'attempt_unknown' && (await handOver(address))) return null;
  if (location.href !== address) tellRouters(address);
  return outcome;
}

// Routers that were there before us have taken the callback for an address of theirs.
function tellRouters(oldURL) {
  dispatchEvent(new PopStateEvent('popstate', { state: history.state }));
  if (location.hash) dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: location.href }));
}

const typed = (error) => new ConnectOutlookError(error?.code && error.actor ? error : CRASHED);

const waiting = new Set();
let completing;
let crash;

// Between shell and wasm: one attempt at a time, typed errors, an end for calls of a stopped module.
import { ConnectOutlookError } from './index.js';
import init, { Outlook, onPanic } from './connect_outlook_sdk.js';

export async function start(module) {
  try {
    await init({ module_or_path: module });
  } catch (error) {
    throw mayCompile() ? error : new ConnectOutlookError(WASM_BLOCKED);
  }
  onPanic((place) => {
    crash = new ConnectOutlookError({ ...CRASHED, place });
    for (const stop of waiting) stop(crash);
  });
}

// Whether it was the page's policy, or the file: an empty module tells.
function mayCompile() {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return false;
  }
}

export function open(backend) {
  let outlook;
  let connecting;

  const call = async (name, ...values) => {
    let stop;
    // Promises of a stopped module never settle; this race does.
    const crashed = new Promise((_, reject) => waiting.add((stop = reject)));
    try {
      if (crash) throw crash;
      outlook ??= new Outlook({ backend });
      return await Promise.race([crashed, outlook[name](...values)]);
    } catch (error) {
      throw crash ?? typed(error);
    } finally {
      waiting.delete(stop);
    }
  };

  const leave = async (options) => (await call('connect', options)) ?? cameBack();

  return {
    // However often somebody clicks, it is one attempt.
    connect: (options) => (connecting ??= leave(options).finally(() => (connecting = undefined))),
    // Several parts of a page may ask; the callback is there once.
    completeRedirect: () => (completing ??= call('completeRedirect').finally(() => (completing = undefined))),
    session: () => call('session'),
    signOut: () => call('signOut'),
    disconnect: (account) => call('disconnect', account),
    folders: (options) => call('folders', options),
    messages: (options) => call('messages', options),
    message: (id, options) => call('message', id, options),
  };
}

// What the element says of an account that does not work.
export const TROUBLES = {
  needs_user: 'Microsoft asks you to sign in again.',
  needs_admin: 'An administrator of your organisation has to agree first.',
  blocked_by_policy: 'Your organisation does not allow this connection.',
};

// The browser is leaving. Whoever sees this page still, or again, pressed Stop or Back.
function cameBack() {
  return new Promise((resolve) => {
    const done = () => {
      removeEventListener('pageshow', shown);
      clearTimeout(timer);
      resolve({ ...CAME_BACK });
    };
    const shown = (event) => event.persisted && done();
    const timer = setTimeout(done, PATIENCE_MS);
    addEventListener('pageshow', shown);
  });
}

const typed = (error) => new ConnectOutlookError(error?.code && error.actor ? error : CRASHED);

const CAME_BACK = {
  status: 'cancelled',
  code: 'came_back',
  actor: 'visitor',
  next: 'try_again',
  message: 'You came back before the sign-in was finished.',
};
const WASM_BLOCKED = {
  code: 'wasm_blocked',
  actor: 'developer',
  next: 'none',
  message: "This page may not run WebAssembly: its script-src needs 'wasm-unsafe-eval'.",
};
const CRASHED = {
  code: 'internal',
  actor: 'developer',
  next: 'try_again',
  message: 'Something broke in this page. Load it again.',
};
const PATIENCE_MS = 30_000;

const waiting = new Set();
let completing;
let crash;

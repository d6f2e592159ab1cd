// Connecting through a window of its own. Microsoft's pages cut every tie between window and page (COOP), after which
// the window looks closed to the page while it is open, and `opener` is gone. So the answer travels by BroadcastChannel,
// on a channel named by the attempt's `state`: who does not know the attempt does not hear it, and flows of several tabs
// keep apart. The verifier does not travel at all.
import { CAME_BACK, TOO_LATE, WINDOW_CLOSED } from './ends.js';

/**
 * An attempt in a window of its own; the whole of it is in `outcome`. A way, asked with `{ popup, wishes, call, take }`,
 * answers what ended it already, as `end`, or how it goes on: `go` sends the window away, `close` stops listening, `last`
 * looks once more. Whatever the visitor comes to, it hands to `take`.
 */
export class WindowFlow {
  #popup;
  #wishes;
  #late;
  #timers = [];
  #way;
  #settled = false;
  #away = 0;
  #settle;
  #fail;
  outcome = new Promise((settle, fail) => ([this.#settle, this.#fail] = [settle, fail]));

  /** `call` is the module; `late(outcome)` is told of an answer that arrives although the window seemed closed. */
  constructor(popup, wishes, call, late, way = byChannel) {
    [this.#popup, this.#wishes, this.#late] = [popup, wishes, late];
    this.#begin(way, call).catch((error) => this.#fall(error));
  }

  /** Listens no longer, and closes the window if it still can. */
  forget = () => {
    this.#way?.close();
    this.#timers.splice(0).forEach(clearInterval);
    removeEventListener('pagehide', this.#left);
    this.#wishes.signal?.removeEventListener('abort', this.#aborted);
    this.#popup.close();
  };

  async #begin(way, call) {
    const [popup, wishes] = [this.#popup, this.#wishes];
    place(popup);
    addEventListener('pagehide', this.#left);
    wishes.signal?.addEventListener('abort', this.#aborted);
    this.#timers.push(setInterval(this.#look, LOOK_MS));
    const begun = await way({ popup, wishes, call, take: this.#take });
    if (begun.end) return this.#end(begun.end);
    this.#way = begun;
    if (this.#settled) return this.forget();
    this.#timers.push(setTimeout(() => this.#end({ ...TOO_LATE }), begun.expires_at * 1000 - Date.now()));
    begun.go();
  }

  #take = async (finish) => {
    try {
      const outcome = await finish();
      if (!outcome) return;
      if (this.#settled) this.#late(outcome);
      this.#end(outcome);
    } catch (error) {
      this.#fall(error);
    }
  };

  // A window that was cut off looks closed too, but then this page does not have the visitor's attention. What is left
  // is an ear for the answer, in case the window was only covered.
  #look = async () => {
    this.#away = this.#popup.closed && document.hasFocus() ? this.#away + 1 : 0;
    if (this.#away !== LOOKS + 1) return;
    await this.#way?.last?.();
    this.#settleWith({ ...WINDOW_CLOSED });
  };

  #left = () => this.#end({ ...CAME_BACK });

  #aborted = () => this.#fall(this.#wishes.signal.reason);

  #end(outcome) {
    this.forget();
    this.#settleWith(outcome);
  }

  #settleWith(outcome) {
    this.#settled = true;
    this.#settle(outcome);
  }

  #fall(error) {
    this.forget();
    this.#fail(error);
  }
}

/** The window's page hands its callback over on a channel of this origin. */
export async function byChannel({ popup, wishes, call, take }) {
  const started = await call('openWindow', wishes);
  if (!started.url) return { end: started };
  const channel = new BroadcastChannel(CHANNEL + started.state);
  channel.onmessage = ({ data }) => {
    if (typeof data?.callback !== 'string') return;
    take(async () => {
      channel.postMessage({ taken: true });
      const outcome = await call('completeWindow', data.callback);
      channel.postMessage({ done: true });
      return outcome;
    });
  };
  return { expires_at: started.expires_at, go: () => popup.location.replace(started.url), close: () => channel.close() };
}

/**
 * In the window: hands the callback of this address to the page that waits for it, and closes the window. Answers
 * whether somebody took it; by then the page has finished, or is gone.
 */
export function handOver(address) {
  const state = /[?#&/]state=([\w-]{43})(?![\w-])/.exec(address)?.[1];
  if (!state) return false;
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL + state);
    const done = (taken) => {
      clearTimeout(timer);
      channel.close();
      resolve(taken);
    };
    let timer = setTimeout(done, HAND_OVER_MS, false);
    channel.onmessage = ({ data }) => {
      if (data?.done) done(true);
      if (!data?.taken) return;
      clearTimeout(timer);
      timer = setTimeout(done, FINISH_MS, true);
      close();
    };
    channel.postMessage({ callback: address });
  });
}

// Over the middle of the page that opened it, and not just white.
function place(popup) {
  try {
    popup.moveTo(screenX + (outerWidth - popup.outerWidth) / 2, screenY + (outerHeight - popup.outerHeight) / 2);
    popup.document.title = 'Microsoft';
  } catch {
    // A window that cannot be placed stays where it is.
  }
}

const CHANNEL = 'connect-outlook.';
// Four looks in a row: a second after the page has the visitor's attention again.
const LOOK_MS = 250;
const LOOKS = 3;
const HAND_OVER_MS = 1_500;
const FINISH_MS = 60_000;

// Ends of attempts that the module does not know of, because nothing of them reaches it.

/** The browser is leaving. Whoever sees this page still, or again, pressed Stop or Back. */
export function cameBack() {
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

const visitors = (code, message) => ({ status: 'cancelled', code, actor: 'visitor', next: 'try_again', message });

export const CAME_BACK = visitors('came_back', 'You came back before the sign-in was finished.');
export const WINDOW_CLOSED = visitors('window_closed', 'The sign-in window was closed or left before the sign-in was finished.');
export const POPUP_BLOCKED = visitors('popup_blocked', 'Your browser blocked the sign-in window. Allow windows for this site, then try again.');
export const TOO_LATE = visitors('attempt_expired', 'The sign-in took too long. Please start again.');

export const FRAMES_NOT_ALLOWED = {
  status: 'misconfigured',
  code: 'frames_not_allowed',
  actor: 'operator',
  next: 'none',
  message: 'This site does not connect in pages of other sites.',
};
export const UNREACHABLE = {
  status: 'unavailable',
  code: 'unreachable',
  actor: 'operator',
  next: 'try_again',
  message: 'The server cannot be reached. Check your connection and try again.',
};
export const WASM_BLOCKED = {
  code: 'wasm_blocked',
  actor: 'developer',
  next: 'none',
  message: "This page may not run WebAssembly: its script-src needs 'wasm-unsafe-eval'.",
};
export const CRASHED = {
  code: 'internal',
  actor: 'developer',
  next: 'try_again',
  message: 'Something broke in this page. Load it again.',
};

// Where in the history's state a callback page of its own leaves the outcome for the page that it leads back to.
export const LEFT = 'connectOutlook';

const PATIENCE_MS = 30_000;

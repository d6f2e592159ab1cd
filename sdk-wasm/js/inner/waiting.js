// Whether an administrator has answered: asked for whoever waits, while they look at the page.

/**
 * Calls `agreed` once when somebody has agreed to what stands at `link`, a page of the backend's. Answers how to stop.
 */
export function wait(link, agreed) {
  const stop = new AbortController();
  const { signal } = stop;
  const look = async () => {
    if (document.visibilityState !== 'visible' || asking) return;
    asking = true;
    // A page that is away, or a server, is asked again.
    const answer = await fetch(`${link}/state`, { headers: { 'x-connect-outlook': '1' }, signal }).catch(() => undefined);
    asking = false;
    if (signal.aborted || !answer) return;
    const { may_try: mayTry } = answer.ok ? await answer.json() : {};
    // 404 and 410: the request is over, and nobody will answer it.
    if (mayTry || /^4(04|10)$/.test(answer.status)) stop.abort();
    if (mayTry) agreed();
  };
  let asking = false;
  const timer = setInterval(look, LOOK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  addEventListener('focus', look, { signal });
  document.addEventListener('visibilitychange', look, { signal });
  return () => stop.abort();
}

const LOOK_MS = 10_000;

// The script of callback.html, a page of its own for Microsoft to send visitors back to. In a window it hands the answer
// to the page that waits and closes; otherwise it finishes, and leads back to where the visitor was.
import { createOutlook } from './index.js';
import { LEFT } from './inner/ends.js';

export async function completeCallback({ backend = '/outlook', language } = {}) {
  const here = location.pathname;
  const outcome = await createOutlook({ backend, language }).completeRedirect();
  // The address bar shows the way back: the module knew it. Without one, this page is where it ends.
  if (!outcome || location.pathname === here) return outcome;
  history.replaceState({ [LEFT]: outcome }, '');
  location.reload();
  return outcome;
}

// On the page itself, not where somebody imports the function.
const place = globalThis.document?.querySelector('[data-connect-outlook-callback]');
if (place) {
  const outcome = await completeCallback({ backend: place.dataset.backend, language: document.documentElement.lang || undefined });
  place.textContent = outcome?.message ?? place.dataset.closed;
}

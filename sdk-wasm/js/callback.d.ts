/**
 * A page of its own for Microsoft to send visitors back to: serve `connect-outlook/callback.html` with its script beside
 * it, or call this on yours.
 */

import type { Outcome } from './index.js';

/**
 * Finishes an attempt. In a window it hands the answer to the page that waits and closes. Otherwise it leads back to
 * where the visitor was; there `completeRedirect()` tells the outcome, once.
 */
export function completeCallback(options?: { backend?: string; language?: string }): Promise<Outcome | null>;

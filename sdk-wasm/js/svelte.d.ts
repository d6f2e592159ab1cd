/** `<connect-outlook>` in Svelte 5: `import type {} from 'connect-outlook/svelte'`. */

import type { HTMLAttributes } from 'svelte/elements';
import type { ConnectOutlookAttributes, ConnectOutlookElement, ConnectOutlookEventMap, ElementTexts } from './element.js';

/** `onconnect-outlook:connected={(event) => …}`. */
type Listeners = { [K in keyof ConnectOutlookEventMap as `on${K}`]?: (event: ConnectOutlookEventMap[K]) => void };

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'connect-outlook': HTMLAttributes<ConnectOutlookElement> & ConnectOutlookAttributes & Listeners & { texts?: ElementTexts };
  }
}

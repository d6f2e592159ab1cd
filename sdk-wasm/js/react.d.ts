/** `<connect-outlook>` in JSX, for React 19: `import type {} from 'connect-outlook/react'`. */

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { ConnectOutlookAttributes, ConnectOutlookElement, ConnectOutlookEventMap, ElementTexts } from './element.js';

/**
 * `onconnect-outlook:connected={(event) => …}`, as React 19 binds events of custom elements: where the element is rendered in
 * the browser. On an element that came from a server it binds none, and Next.js takes no colon in JSX: there, use a `ref`
 * and `addEventListener` in an effect.
 */
type Listeners = { [K in keyof ConnectOutlookEventMap as `on${K}`]?: (event: ConnectOutlookEventMap[K]) => void };

type Tag = DetailedHTMLProps<HTMLAttributes<ConnectOutlookElement>, ConnectOutlookElement> &
  ConnectOutlookAttributes &
  Listeners & { texts?: ElementTexts };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'connect-outlook': Tag;
    }
  }
}

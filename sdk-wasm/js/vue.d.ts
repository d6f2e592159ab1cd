/** `<connect-outlook>` in Vue's templates: `import type {} from 'connect-outlook/vue'`. */

import type { DefineComponent } from 'vue';
import type { ConnectOutlookAttributes, ConnectOutlookEventMap, ElementTexts } from './element.js';

/** `@connect-outlook:connected="…"`, under the name that Vue's templates make of it. */
type Listeners = {
  [K in keyof ConnectOutlookEventMap as K extends `connect-outlook:${infer Event}` ? `onConnectOutlook:${Event}` : never]?: (event: ConnectOutlookEventMap[K]) => void;
};

declare module 'vue' {
  interface GlobalComponents {
    'connect-outlook': DefineComponent<ConnectOutlookAttributes & Listeners & { texts?: ElementTexts }>;
  }
}

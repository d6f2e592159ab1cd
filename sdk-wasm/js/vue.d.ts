/** `<connect-outlook>` in Vue's templates: `import type {} from 'connect-outlook/vue'`. */

import type { DefineComponent } from 'vue';
import type { ConnectOutlookAttributes, ConnectOutlookEventMap, ElementTexts } from './element.js';

/** `@connect-outlook:connected="…"`. */
type Listeners = {
  [K in keyof ConnectOutlookEventMap as `on${Capitalize<K>}`]?: (event: ConnectOutlookEventMap[K]) => void;
};

declare module 'vue' {
  interface GlobalComponents {
    'connect-outlook': DefineComponent<ConnectOutlookAttributes & Listeners & { texts?: ElementTexts }>;
  }
}

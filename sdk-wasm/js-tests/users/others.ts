// The tag in Vue's templates and in Svelte 5.
import type { SvelteHTMLElements } from 'svelte/elements';
import type { GlobalComponents } from 'vue';
import type {} from 'connect-outlook/svelte';
import type {} from 'connect-outlook/vue';

export const svelte: SvelteHTMLElements['connect-outlook'] = {
  backend: '/outlook',
  mode: 'popup',
  'onconnect-outlook:connected': (event) => console.log(event.detail.account.address),
};
// @ts-expect-error: there is no such mode
export const wrong: SvelteHTMLElements['connect-outlook'] = { mode: 'window' };

type Props = InstanceType<GlobalComponents['connect-outlook']>['$props'];
export const vue: Partial<Props> = {
  backend: '/outlook',
  mode: 'popup',
  'onConnectOutlook:connected': (event) => console.log(event.detail.account.address),
};
// @ts-expect-error: there is no such mode
export const wrongToo: Partial<Props> = { mode: 'window' };

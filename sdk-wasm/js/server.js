// On a server there is no page and nobody to connect. Everything can be imported and made there; calls say `no_page`.
import { ConnectOutlookError } from './index.js';

export { ConnectOutlookError };

export const createOutlook = () => ({
  connect: refuse,
  completeRedirect: refuse,
  session: refuse,
  peek: async () => null,
  signOut: refuse,
  disconnect: refuse,
  mail: { folders: refuse, messages: refuse, message: refuse, attachments: refuse, download: refuse, send: refuse, sending: refuse, each: refuseEach, pages: refuseEach },
  subscribe: () => () => {},
});

export const connect = refuse;
export const load = refuse;
export const defineElement = async () => undefined;
export const useModule = () => {};

async function refuse() {
  throw new ConnectOutlookError(NO_PAGE);
}

async function* refuseEach() {
  yield await refuse();
}

const NO_PAGE = {
  code: 'no_page',
  actor: 'developer',
  next: 'none',
  message: 'connect-outlook works in a page, not on a server or in a worker.',
};

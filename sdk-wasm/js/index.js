// The shell: what a page pays before somebody means to connect. Everything else arrives with the first call, or with
// `load()`. Types and documentation: index.d.ts.

export class ConnectOutlookError extends Error {
  constructor(reason) {
    super(reason.message);
    this.name = 'ConnectOutlookError';
    Object.assign(this, reason);
  }
}

export function createOutlook({ backend }) {
  let client;
  const call = (name) => async (...values) => {
    const { open } = await load();
    client ??= open(backend);
    return client[name](...values);
  };
  return {
    connect: call('connect'),
    completeRedirect: call('completeRedirect'),
    session: call('session'),
    signOut: call('signOut'),
    disconnect: call('disconnect'),
    mail: { folders: call('folders'), messages: call('messages'), message: call('message') },
  };
}

export const connect = ({ backend, ...options }) => createOutlook({ backend }).connect(options);

export const defineElement = async (name) => (await import('./element.js')).defineElement(name);

let loading;
export const load = () => (loading ??= fetchClient());

async function fetchClient() {
  try {
    const client = await import('./client.js');
    await client.start(new URL('./connect_outlook_sdk_bg.wasm', import.meta.url));
    return client;
  } catch (error) {
    loading = undefined;
    throw error instanceof ConnectOutlookError ? error : new ConnectOutlookError(UNREACHABLE);
  }
}

const UNREACHABLE = {
  code: 'unreachable',
  actor: 'operator',
  next: 'try_again',
  message: 'A part of this page could not be loaded. Check your connection and try again.',
};

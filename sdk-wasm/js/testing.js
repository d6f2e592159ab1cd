// A double of `createOutlook()` for tests: the same promises and events, no network, no WebAssembly, no Microsoft.
import { ConnectOutlookError } from './index.js';
import { translator } from './inner/translate.js';

export const ADA = { id: 'account-of-ada', display_name: 'Ada Lovelace', address: 'ada@contoso.example', state: 'connected' };

export const reason = (status, changes) => ({ status, ...REASONS[status], ...changes });

export function createTestOutlook({ accounts = [], folders = [INBOX], messages = [], attachments = {}, connects = ADA, pageSize = 25, language, texts } = {}) {
  const translate = translator({ language, texts }, () => import('./words.js'));
  const listeners = new Set();
  const tell = (event) => listeners.forEach((listener) => queueMicrotask(() => listener(event)));
  const connected = [...accounts];
  const calls = [];
  const ends = [];
  const sendings = [];
  const failures = new Map();

  const called = async (name, values) => {
    calls.push({ name, values });
    values.at(-1)?.signal?.throwIfAborted();
    if (failures.has(name)) throw await translate(new ConnectOutlookError(failures.get(name)));
  };
  const session = () => (connected.length ? { accounts: structuredClone(connected), idle_expires_at: LATER, expires_at: LATER } : null);
  const drop = (id) => connected.splice(0, connected.length, ...connected.filter((account) => account.id !== id));
  const inbox = (wishes) => {
    if (!connected.some(({ id }) => id === (wishes.account ?? connected[0]?.id))) throw new ConnectOutlookError(NO_ACCOUNT);
  };

  const outlook = {
    async connect(...values) {
      tell({ type: 'connecting', mode: values[0]?.mode ?? 'redirect' });
      try {
        await called('connect', values);
      } catch (error) {
        tell({ type: 'failed', error });
        throw error;
      }
      const outcome = await translate({ ...(ends.shift() ?? { status: 'connected', account: connects }) });
      if (outcome.account) drop(outcome.account.id), connected.unshift(outcome.account);
      tell({ type: 'outcome', outcome });
      return outcome;
    },
    completeRedirect: async () => null,
    session: async (...values) => (await called('session', values), session()),
    peek: async () => session(),
    async signOut(...values) {
      await called('signOut', values);
      connected.length = 0;
      tell({ type: 'signed_out' });
    },
    async disconnect(...values) {
      await called('disconnect', values);
      drop(values[0]);
      tell({ type: 'disconnected', account: values[0] });
    },
    mail: mailbox({ called, inbox, folders, messages, attachments, sendings, pageSize }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    outlook,
    /** Every call so far: `{name, values}`. */
    calls,
    /** The next attempt ends like this. */
    endWith: (outcome) => void ends.push(outcome),
    /** The next letter ends like this. */
    sendWith: (sending) => void sendings.push(sending),
    /** From now on this call rejects, or, without a reason, does not any more. */
    failWith: (name, why) => void (why ? failures.set(name, { ...REASONS.unavailable, ...why }) : failures.delete(name)),
  };
}

function mailbox({ called, inbox, folders, messages, attachments, sendings, pageSize }) {
  const sent = new Map();
  const mail = {
    async folders(...values) {
      await called('folders', values);
      inbox(values[0] ?? {});
      return { folders };
    },
    async messages(...values) {
      await called('messages', values);
      const { cursor = '0', limit = pageSize, ...wishes } = values[0] ?? {};
      inbox(wishes);
      const [from, to] = [Number(cursor), Number(cursor) + limit];
      const page = { messages: messages.slice(from, to).map(({ cc, body, ...summary }) => summary) };
      return to < messages.length ? { ...page, next_cursor: String(to) } : page;
    },
    async message(...values) {
      await called('message', values);
      inbox(values[1] ?? {});
      const found = messages.find(({ id }) => id === values[0]);
      if (!found) throw new ConnectOutlookError(MESSAGE_UNKNOWN);
      return { cc: [], body: { content_type: 'text', content: '' }, ...found };
    },
    async attachments(...values) {
      await called('attachments', values);
      inbox(values[1] ?? {});
      return { attachments: (attachments[values[0]] ?? []).map(({ content, ...attachment }) => attachment) };
    },
    async download(...values) {
      await called('download', values);
      inbox(values[2] ?? {});
      const found = attachments[values[0]]?.find(({ id }) => id === values[1]);
      if (!found) throw new ConnectOutlookError(ATTACHMENT_UNKNOWN);
      return new Response(found.content ?? '', { headers: { 'content-type': 'application/octet-stream' } });
    },
    async send(...values) {
      await called('send', values);
      const [letter, { key, ...wishes }] = values;
      inbox(wishes);
      const text = JSON.stringify(letter);
      const known = sent.get(key) ?? { text, sending: sendings.shift() ?? accepted(sent.size) };
      if (known.text !== text) throw new ConnectOutlookError(KEY_REUSED);
      sent.set(key, known);
      return known.sending;
    },
    async sending(...values) {
      await called('sending', values);
      inbox(values[1] ?? {});
      const known = sent.get(values[0]);
      if (!known) throw new ConnectOutlookError(SENDING_NOT_FOUND);
      return known.sending;
    },
    async *pages(wishes = {}) {
      let { cursor } = wishes;
      do {
        const page = await mail.messages({ ...wishes, cursor });
        yield page;
        cursor = page.next_cursor;
      } while (cursor);
    },
    async *each(wishes) {
      for await (const page of mail.pages(wishes)) yield* page.messages;
    },
  };
  return mail;
}

const why = (code, actor, next, message) => ({ code, actor, next, message });
const INBOX = { id: 'inbox', name: 'Inbox', role: 'inbox', unread: 0, total: 0 };
const LATER = 4_102_444_800;
const NO_ACCOUNT = why('no_account', 'visitor', 'sign_in_again', 'No mailbox is connected.');
const MESSAGE_UNKNOWN = why('message_unknown', 'visitor', 'none', 'There is no such message, or not any more');
const ATTACHMENT_UNKNOWN = why('attachment_unknown', 'visitor', 'none', 'There is no such attachment, or not any more');
const KEY_REUSED = why('idempotency_key_reused', 'developer', 'none', 'The Idempotency-Key went with another letter');
const SENDING_NOT_FOUND = why('sending_not_found', 'visitor', 'none', 'Nothing was sent with this Idempotency-Key, or not in the last days');
const accepted = (number) => ({ status: 'accepted', message_id: `sent-${number}`, thread_id: `sent-${number}` });
const REASONS = {
  cancelled: why('turned_back', 'visitor', 'try_again', 'You turned back before signing in. You can start again whenever you like.'),
  needs_admin: {
    ...why('admin_consent_needed', 'tenant_admin', 'ask_admin', 'An administrator of your organisation has to agree first.'),
    link: 'https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=00000000-1111-4222-8333-444444444444',
  },
  blocked_by_policy: why('blocked_by_policy', 'tenant_admin', 'contact_admin', 'A rule of your organisation does not allow this. Please ask your administrator.'),
  misconfigured: why('redirect_uri_unknown', 'developer', 'fix_registration', 'This site is not set up correctly for Microsoft. Its developers have to act.'),
  unavailable: why('microsoft_unavailable', 'microsoft', 'try_again', "Microsoft's sign-in service does not answer properly at the moment. Please try again shortly."),
};

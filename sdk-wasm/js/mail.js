// The part of mail that the module does not speak: attachments, whose contents pass as streams, and letters. Fetched with
// the first such call.
import { ConnectOutlookError } from './index.js';

export const attachments = async (at, message, wishes) =>
  json(await ask(at, wishes, `/messages/${segment(message)}/attachments`));

export const download = (at, message, attachment, wishes) =>
  ask(at, wishes, `/messages/${segment(message)}/attachments/${segment(attachment)}`);

export const send = async (at, letter, wishes) => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': segment(wishes?.key) };
  return json(await ask(at, wishes, '/messages', { method: 'POST', headers, body: JSON.stringify(letter) }));
};

export const sending = async (at, key, wishes) => json(await ask(at, wishes, `/sendings/${segment(key)}`));

async function ask({ backend, held, session }, wishes, path, init) {
  const { account = (await session())?.accounts[0]?.id, signal } = wishes ?? {};
  if (!account) throw new ConnectOutlookError(NO_ACCOUNT);
  const address = new URL(`${backend.replace(/\/$/, '')}/v1/accounts/${segment(account)}${path}`, location.href);
  const headers = { ...init?.headers, 'x-connect-outlook': '1' };
  // As the module does it: handles that the page holds itself, and then no cookie.
  if (held?.flow) headers['x-connect-outlook-flow'] = held.flow;
  if (held?.session) headers.authorization = `Bearer ${held.session}`;
  const credentials = held?.flow ? 'omit' : 'same-origin';
  let answer;
  try {
    answer = await fetch(new Request(address, { ...init, headers, credentials, signal, cache: 'no-store', redirect: 'error' }));
  } catch {
    throw signal?.aborted ? signal.reason : new ConnectOutlookError(UNREACHABLE);
  }
  if (answer.ok) return answer;
  const { code, actor, next, detail, title, correlation_id } = await answer.json().catch(() => ({}));
  if (code) throw new ConnectOutlookError({ code, actor, next, message: detail ?? title, correlation_id });
  throw new ConnectOutlookError(answer.status < 500 ? BAD_ANSWER : UNREACHABLE);
}

const json = (answer) =>
  answer.json().catch(() => {
    throw new ConnectOutlookError(BAD_ANSWER);
  });

// Whatever stands in an identifier, it stays one segment.
function segment(id) {
  if (typeof id !== 'string' || !/^[\w=~.-]+$/.test(id) || /^\.+$/.test(id)) throw new ConnectOutlookError(BAD_OPTIONS);
  return encodeURIComponent(id);
}

const why = (code, actor, next, message) => ({ code, actor, next, message });
const NO_ACCOUNT = why('no_account', 'visitor', 'sign_in_again', 'No mailbox is connected.');
const UNREACHABLE = why('unreachable', 'operator', 'try_again', 'The server cannot be reached. Check your connection and try again.');
const BAD_ANSWER = why(
  'bad_answer',
  'developer',
  'none',
  'The answer is not from the expected server. The page may name its address wrongly.',
);
const BAD_OPTIONS = why('bad_options', 'developer', 'none', 'An id or a key is missing or malformed.');

// Attachments and letters: what goes out, what comes back, and what is refused here already.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, SDK, openPage } from './fake-page.mjs';

const { createOutlook } = await import(SDK);
const { createTestOutlook } = await import(new URL('testing.js', SDK));
const KEY = '6731de76-14a6-49ae-97bc-6eba6914391e';
const LETTER = { to: [{ address: 'grace@contoso.example' }], body: { content_type: 'text', content: 'Dear Grace' } };
const SENT = { status: 'accepted', message_id: 'AAMk=', thread_id: 'AAQk' };
const LOST = { status: 'unknown', code: 'sending_unknown', actor: 'visitor', next: 'wait', message: 'The message may have been sent.' };
const open = (answers, options) => {
  const page = openPage('/', answers);
  return { page, outlook: createOutlook({ backend: '/outlook/', ...options }) };
};

test('attachments are listed and come as they are', async () => {
  const list = { attachments: [{ id: 'B=', kind: 'file', name: 'a.pdf' }] };
  const { outlook, page } = open({
    'GET /outlook/v1/session': [200, { accounts: [ADA], idle_expires_at: 1, expires_at: 2 }],
    'GET /outlook/v1/accounts/acc_1/messages/A%3D/attachments': [200, list],
    'GET /outlook/v1/accounts/acc_1/messages/A%3D/attachments/B%3D': [200, 'half of it'],
  });
  assert.deepEqual(await outlook.mail.attachments('A='), list);
  const response = await outlook.mail.download('A=', 'B=');
  assert.equal(await response.text(), 'half of it');
  assert.ok(page.requests.every((request) => request.headers['x-connect-outlook'] === '1'));
});

test('a letter goes out under its key, and every end of it is an answer', async () => {
  const path = 'POST /outlook/v1/accounts/b/messages';
  const { outlook, page } = open({ [path]: [200, SENT] });
  assert.deepEqual(await outlook.mail.send(LETTER, { key: KEY, account: 'b' }), SENT);
  const [request] = page.requests;
  assert.equal(request.headers['idempotency-key'], KEY);
  assert.deepEqual(request.body, LETTER);
  page.answers[path] = [200, LOST];
  assert.deepEqual(await outlook.mail.send(LETTER, { key: KEY, account: 'b' }), LOST);
  page.answers[`GET /outlook/v1/accounts/b/sendings/${KEY}`] = [200, SENT];
  assert.deepEqual(await outlook.mail.sending(KEY, { account: 'b' }), SENT);
});

test('what may have been sent is never worded as something to try again', async () => {
  for (const [language, words] of [['de', /Gesendete Elemente/], ['ja', /送信済み/], ['fr', /éléments envoyés/]]) {
    const { outlook } = open({ 'POST /outlook/v1/accounts/b/messages': [200, { ...LOST }] }, { language });
    const { message } = await outlook.mail.send(LETTER, { key: KEY, account: 'b' });
    assert.match(message, words);
  }
});

test('problems, strangers and silence are errors', async () => {
  const path = 'POST /outlook/v1/accounts/b/messages';
  const problem = { code: 'insufficient_scope', actor: 'visitor', next: 'sign_in_again', title: 'No.', detail: 'Mail.Send is not granted' };
  const { outlook, page } = open({ [path]: [403, problem] });
  const send = (more) => outlook.mail.send(LETTER, { key: KEY, account: 'b', ...more });
  await assert.rejects(send(), { code: 'insufficient_scope', message: 'Mail.Send is not granted', actor: 'visitor' });
  page.answers[path] = [404, '<h1>Not here</h1>'];
  await assert.rejects(send(), { code: 'bad_answer' });
  page.answers[path] = [502, '<h1>Bad gateway</h1>'];
  await assert.rejects(send(), { code: 'unreachable' });
  await assert.rejects(send({ signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('a key or an id that cannot be one does not leave', async () => {
  const { outlook, page } = open({});
  for (const call of [
    () => outlook.mail.send(LETTER, { account: 'b' }),
    () => outlook.mail.send(LETTER, { account: 'b', key: 'a\r\nb' }),
    () => outlook.mail.attachments('..', { account: 'b' }),
    () => outlook.mail.download('A=', '../B', { account: 'b' }),
    () => outlook.mail.sending('', { account: 'b' }),
  ]) {
    await assert.rejects(call(), { code: 'bad_options' });
  }
  assert.deepEqual(page.requests, []);
});

test('the double remembers letters by their keys', async () => {
  const attachment = { id: 'B=', kind: 'file', name: 'a.txt', content: 'Dear Ada' };
  const { outlook, sendWith } = createTestOutlook({ accounts: [ADA], attachments: { m1: [attachment] } });
  const [{ content, ...told }] = [attachment];
  assert.deepEqual(await outlook.mail.attachments('m1'), { attachments: [told] });
  assert.equal(await (await outlook.mail.download('m1', 'B=')).text(), content);
  sendWith(LOST);
  for (let times = 0; times < 2; times += 1) assert.deepEqual(await outlook.mail.send(LETTER, { key: KEY }), LOST);
  await assert.rejects(outlook.mail.send({ ...LETTER, subject: 'Other' }, { key: KEY }), { code: 'idempotency_key_reused' });
  assert.equal((await outlook.mail.send(LETTER, { key: `${KEY}-2` })).status, 'accepted');
  await assert.rejects(outlook.mail.sending(`${KEY}-3`), { code: 'sending_not_found' });
});

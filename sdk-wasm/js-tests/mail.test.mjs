// The session and its mail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, SDK, openPage, until } from './fake-page.mjs';

const { ConnectOutlookError, createOutlook } = await import(SDK);
const SESSION = { accounts: [ADA], idle_expires_at: 1, expires_at: 2 };
const open = (answers) => {
  const page = openPage('/', answers);
  return { page, routes: () => page.requests.map((request) => request.route), outlook: createOutlook({ backend: '/outlook' }) };
};
const problem = (code) => ({ code, actor: 'visitor', next: 'sign_in_again', title: 'No.', correlation_id: 'c-1' });

test('the session is an object or null', async () => {
  assert.deepEqual(await open({ 'GET /outlook/v1/session': [200, SESSION] }).outlook.session(), SESSION);
  assert.equal(await open({ 'GET /outlook/v1/session': [204] }).outlook.session(), null);
  assert.equal(await open({ 'GET /outlook/v1/session': [401, problem('no_session')] }).outlook.session(), null);
});

test('mail is that of the first account, asked for once', async () => {
  const messages = { messages: [{ subject: 'Ünïcödé <b>' }], next_cursor: 'n' };
  const { outlook, page, routes } = open({
    'GET /outlook/v1/session': [200, SESSION],
    'GET /outlook/v1/accounts/acc_1/folders': [200, { folders: [] }],
    'GET /outlook/v1/accounts/acc_1/messages?folder=inbox&limit=25&cursor=a%2Fb': [200, messages],
    'GET /outlook/v1/accounts/acc_1/messages/AAMk%3D%2F': [200, { id: 'AAMk=/' }],
  });
  assert.deepEqual(await outlook.mail.folders(), { folders: [] });
  assert.deepEqual(await outlook.mail.messages({ folder: 'inbox', limit: 25, cursor: 'a/b' }), messages);
  assert.deepEqual(await outlook.mail.message('AAMk=/'), { id: 'AAMk=/' });
  assert.equal(routes().length, 4);
  assert.ok(page.requests.every((request) => request.headers['x-connect-outlook'] === '1'));
});

test('another account is a matter of saying so', async () => {
  const { outlook, routes } = open({ 'GET /outlook/v1/accounts/b/folders': [200, { folders: [] }] });
  await outlook.mail.folders({ account: 'b' });
  assert.deepEqual(routes(), ['GET /outlook/v1/accounts/b/folders']);
});

test('after disconnecting, the first account is looked up again', async () => {
  const { outlook, page, routes } = open({
    'GET /outlook/v1/session': [200, SESSION],
    'GET /outlook/v1/accounts/acc_1/folders': [200, { folders: [] }],
    'DELETE /outlook/v1/accounts/acc_1': [204],
    'DELETE /outlook/v1/session': [204],
  });
  await outlook.mail.folders();
  assert.equal(await outlook.disconnect('acc_1'), undefined);
  page.answers['GET /outlook/v1/session'] = [200, { ...SESSION, accounts: [] }];
  await assert.rejects(outlook.mail.folders(), { code: 'no_account' });
  assert.equal(await outlook.signOut(), undefined);
  assert.equal(routes().at(-1), 'DELETE /outlook/v1/session');
});

test('troubles are thrown with who must act', async () => {
  const { outlook } = open({ 'GET /outlook/v1/accounts/b/folders': [409, problem('account_needs_user')] });
  await assert.rejects(outlook.mail.folders({ account: 'b' }), (error) => {
    assert.ok(error instanceof ConnectOutlookError);
    assert.equal(error.name, 'ConnectOutlookError');
    assert.equal(error.message, 'No.');
    assert.deepEqual({ ...error }, { name: error.name, code: 'account_needs_user', actor: 'visitor', next: 'sign_in_again', correlation_id: 'c-1' });
    return true;
  });
});

test('identifiers and numbers that cannot be meant are refused before anything is sent', async () => {
  const { outlook, page } = open({});
  for (const call of [
    () => outlook.mail.message('..', { account: 'b' }),
    () => outlook.mail.messages({ account: 'b', limit: 0 }),
    () => outlook.mail.messages({ account: 'b', limit: '5' }),
    () => outlook.mail.folders({ account: 7 }),
    () => outlook.disconnect(''),
    () => outlook.disconnect(),
    () => outlook.mail.message(7, { account: 'b' }),
  ]) {
    await assert.rejects(call(), { code: 'bad_options' });
  }
  assert.deepEqual(page.requests, []);
});

test('pages are fetched one after another, and only those that are asked for', async () => {
  const page = (ids, next_cursor) => [200, { messages: ids.map((id) => ({ id })), next_cursor }];
  const { outlook, routes } = open({
    'GET /outlook/v1/accounts/b/messages?folder=sent&limit=2': page(['1', '2'], 'x'),
    'GET /outlook/v1/accounts/b/messages?folder=sent&limit=2&cursor=x': page(['3', '4'], 'y'),
    'GET /outlook/v1/accounts/b/messages?folder=sent&limit=2&cursor=y': page(['5']),
  });
  const wishes = { account: 'b', folder: 'sent', limit: 2 };
  const seen = [];
  for await (const { id } of outlook.mail.each(wishes)) {
    seen.push(id);
    if (id === '3') break;
  }
  assert.deepEqual([seen, routes().length], [['1', '2', '3'], 2]);
  const pages = [];
  for await (const { messages } of outlook.mail.pages({ ...wishes, cursor: 'x' })) pages.push(messages.map(({ id }) => id));
  assert.deepEqual(pages, [['3', '4'], ['5']]);
});

test('a signal ends a call, its request and an iteration', async () => {
  const stop = new AbortController();
  const { outlook, page } = open({});
  let request;
  page.answers['GET /outlook/v1/accounts/b/messages'] = (asked) =>
    new Promise((_, reject) => {
      request = asked;
      asked.signal.addEventListener('abort', () => reject(asked.signal.reason));
    });
  const wishes = { account: 'b', signal: stop.signal };
  const reading = assert.rejects(outlook.mail.pages(wishes).next(), { name: 'AbortError' });
  await until(() => request);
  stop.abort();
  await reading;
  assert.ok(request.signal.aborted);
  await assert.rejects(outlook.mail.folders(wishes), { name: 'AbortError' });
  assert.equal(page.requests.length, 1, 'nothing is asked once it is over');
});

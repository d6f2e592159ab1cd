// The double for other people's tests does what the real one does, without a network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SDK } from './fake-page.mjs';

const { ConnectOutlookError, createOutlook } = await import(SDK);
const { ADA, createTestOutlook, reason } = await import(new URL('testing.js', SDK));
const letters = Array.from({ length: 7 }, (_, at) => ({ id: `m${at}`, subject: `Letter ${at}`, body: { content_type: 'text', content: `Text ${at}` } }));

test('it has the shape of the real one', () => {
  const shape = (object) => Object.entries(object).map(([name, value]) => [name, typeof value === 'object' ? shape(value) : typeof value]).sort();
  assert.deepEqual(shape(createTestOutlook().outlook), shape(createOutlook({ backend: '/outlook' })));
});

test('connecting, reading and leaving need no server', async () => {
  const { outlook, calls } = createTestOutlook({ messages: letters, pageSize: 3 });
  const told = [];
  outlook.subscribe((event) => told.push(event.type));
  assert.equal(await outlook.session(), null);
  await assert.rejects(outlook.mail.messages(), { code: 'no_account' });
  assert.deepEqual(await outlook.connect({ mode: 'popup' }), { status: 'connected', account: ADA });
  assert.equal((await outlook.session()).accounts[0].id, ADA.id);
  const sizes = [];
  for await (const { messages } of outlook.mail.pages()) sizes.push(messages.length);
  assert.deepEqual(sizes, [3, 3, 1]);
  const subjects = [];
  for await (const { subject, body } of outlook.mail.each({ limit: 2 })) subjects.push([subject, body]);
  assert.deepEqual(subjects, letters.map(({ subject }) => [subject, undefined]));
  assert.equal((await outlook.mail.message('m4')).body.content, 'Text 4');
  await outlook.disconnect(ADA.id);
  assert.equal(await outlook.peek(), null);
  assert.deepEqual(told, ['connecting', 'outcome', 'disconnected']);
  assert.ok(calls.some(({ name, values }) => name === 'connect' && values[0].mode === 'popup'));
});

test('a test decides how attempts end and calls fail', async () => {
  const double = createTestOutlook();
  double.endWith(reason('needs_admin', { correlation_id: 'c-1' }));
  const outcome = await double.outlook.connect();
  assert.deepEqual([outcome.status, outcome.actor, outcome.correlation_id], ['needs_admin', 'tenant_admin', 'c-1']);
  assert.equal((await double.outlook.connect()).status, 'connected');
  double.failWith('folders', { code: 'rate_limited' });
  await assert.rejects(double.outlook.mail.folders(), (error) => error instanceof ConnectOutlookError && error.code === 'rate_limited');
  double.failWith('folders');
  assert.equal((await double.outlook.mail.folders()).folders[0].role, 'inbox');
  await assert.rejects(double.outlook.mail.folders({ signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('it speaks the language of the page it is for', async () => {
  const german = createTestOutlook({ language: 'de', texts: { blocked_by_policy: 'Nein.' } });
  german.endWith(reason('needs_admin'));
  const outcome = await german.outlook.connect();
  assert.equal(outcome.message, 'Erst muss ein Administrator Ihrer Organisation zustimmen.');
  assert.match(outcome.link, /^https:\/\/login\.microsoftonline\.com\/organizations\/v2\.0\/adminconsent\?/);
  german.endWith(reason('blocked_by_policy'));
  assert.equal((await german.outlook.connect()).message, 'Nein.');
  german.failWith('session', { next: 'wait' });
  await assert.rejects(german.outlook.session(), { message: 'Der Anmeldedienst von Microsoft antwortet zurzeit nicht richtig. Bitte versuchen Sie es gleich noch einmal.' });
});

// The module itself fails: it cannot be fetched, may not run, or has a defect.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { SDK, STARTED, openPage, until } from './fake-page.mjs';

const { ConnectOutlookError, createOutlook, load } = await import(SDK);

// One after the other in this order: a module that has stopped stays so.
test('a module that cannot be fetched, or may not run, can be tried again', async () => {
  const page = openPage();
  const { module } = page;
  const broken = [
    () => Promise.reject(new TypeError('Failed to fetch')),
    async () => new Response('not here', { status: 404 }),
    async () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
  ];
  for (page.module of broken) {
    await assert.rejects(load(), { name: 'ConnectOutlookError', code: 'unreachable', next: 'try_again' });
  }
  const policy = mock.method(WebAssembly, 'Module', () => {
    throw new WebAssembly.CompileError("'wasm-unsafe-eval' is not an allowed source");
  });
  await assert.rejects(createOutlook({ backend: '/outlook' }).session(), { code: 'wasm_blocked', actor: 'developer' });
  policy.mock.restore();
  // A server that calls it something else is good enough: it is compiled once it is there.
  page.module = async () => new Response(await (await module()).arrayBuffer(), { headers: { 'content-type': 'application/octet-stream' } });
  await load();
});

/** R169: a panic is a typed error without secrets, and no half attempt stays. */
test('a panic ends every waiting call with a typed error and leaves no attempt behind', async () => {
  let answerLate;
  const page = openPage('/', {
    'POST /outlook/v1/attempts': [201, STARTED],
    'DELETE /outlook/v1/session': () => new Promise((resolve) => (answerLate = resolve)),
    // Not a response at all: what a page that replaces fetch may do, and what the HTTP crate panics at.
    'GET /outlook/v1/session': () => ({ token: 'do-not-tell' }),
  });
  const outlook = createOutlook({ backend: '/outlook' });
  outlook.connect();
  await until(() => page.left.length);
  assert.equal(page.store.size, 1);
  const stopped = (error) => {
    assert.ok(error instanceof ConnectOutlookError);
    assert.deepEqual([error.code, error.actor, error.next], ['internal', 'developer', 'try_again']);
    assert.match(error.place, /request\.rs:\d+:\d+$/);
    assert.ok(!JSON.stringify({ ...error, message: error.message }).includes('do-not-tell'));
    return true;
  };
  const waits = assert.rejects(outlook.signOut(), stopped);
  await until(() => answerLate);
  await assert.rejects(outlook.session(), stopped);
  await waits;
  assert.equal(page.store.size, 0);
  assert.ok(page.uncaught.length && page.uncaught.every((error) => error instanceof WebAssembly.RuntimeError));
  await assert.rejects(createOutlook({ backend: '/outlook' }).mail.folders(), stopped);
});

// Starting: what leaves the page, what stays, and what the visitor's browser is sent to.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mock, test } from 'node:test';
import { NONCE, ORIGIN, SDK, STARTED, STATE, inSight, openPage, until } from './fake-page.mjs';

const { ConnectOutlookError, connect, createOutlook } = await import(SDK);
const START = 'POST /outlook/v1/attempts';
const attempt = (status, body) => ({ [START]: [status, body] });
const verifierIn = (store) => store.text.match(/[\w-]{43}/)[0];

test('the browser leaves for Microsoft with a challenge whose verifier stays in the tab', async () => {
  const page = openPage('/inbox?open=7#top', attempt(201, STARTED));
  createOutlook({ backend: '/outlook' }).connect({ login_hint: 'ada@contoso.example', scopes: ['Mail.Send'] });
  await until(() => page.left.length);

  const [request] = page.requests;
  assert.equal(request.headers['x-connect-outlook'], '1');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.credentials, 'same-origin');
  assert.equal(request.redirect, 'error');
  const { code_challenge, ...body } = request.body;
  assert.deepEqual(body, { code_challenge_method: 'S256', scopes: ['Mail.Send'], login_hint: 'ada@contoso.example' });

  const verifier = verifierIn(page.store);
  assert.equal(createHash('sha256').update(verifier).digest('base64url'), code_challenge);
  assert.equal(page.store.size, 1);
  assert.ok(!page.store.text.includes(STATE), 'R20: the state itself is not kept');

  const url = new URL(page.left[0]);
  assert.equal(url.origin + url.pathname, STARTED.authorize_endpoint);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: STARTED.client_id,
    response_type: 'code',
    redirect_uri: STARTED.redirect_uri,
    response_mode: 'fragment',
    scope: STARTED.scope,
    state: STATE,
    nonce: NONCE,
    code_challenge,
    code_challenge_method: 'S256',
  });
  // R17: the verifier is in the tab's store and nowhere else.
  assert.ok(!JSON.stringify(request).includes(verifier) && !inSight(page).includes(verifier));
});

test('no two attempts share a verifier', async () => {
  const seen = new Set();
  for (let turn = 0; turn < 3; turn += 1) {
    const page = openPage('/', attempt(201, STARTED));
    createOutlook({ backend: '/outlook' }).connect();
    await until(() => page.left.length);
    seen.add(verifierIn(page.store));
  }
  assert.equal(seen.size, 3);
});

test('fifty rapid clicks are one attempt', async () => {
  const page = openPage('/', attempt(201, STARTED));
  const outlook = createOutlook({ backend: '/outlook' });
  for (let click = 0; click < 50; click += 1) outlook.connect();
  await until(() => page.left.length);
  await until(() => true);
  assert.equal(page.requests.length, 1);
  assert.equal(page.left.length, 1);
});

test('coming back by the Back button is an ordinary end, and the next attempt works', async () => {
  const page = openPage('/', attempt(201, STARTED));
  const outlook = createOutlook({ backend: '/outlook' });
  const ending = outlook.connect();
  await until(() => page.left.length);
  page.show({ persisted: false });
  page.show({ persisted: true });
  const outcome = await ending;
  assert.deepEqual([outcome.status, outcome.code, outcome.next], ['cancelled', 'came_back', 'try_again']);
  outlook.connect();
  await until(() => page.left.length === 2);
});

test('what keeps the visitor here is an outcome, and nothing of the attempt stays', async () => {
  const problem = { code: 'rate_limited', actor: 'visitor', next: 'wait', title: 'Too many', detail: 'Wait a minute.', correlation_id: 'c-1' };
  const cases = [
    [attempt(429, problem), 'unavailable', 'rate_limited'],
    [attempt(403, { ...problem, code: 'anti_forgery', actor: 'developer', next: 'none' }), 'misconfigured', 'anti_forgery'],
    [attempt(502, '<html>'), 'unavailable', 'unreachable'],
    [attempt(404, '<html>'), 'misconfigured', 'bad_answer'],
    [attempt(200, '<html>'), 'misconfigured', 'bad_answer'],
    [attempt(201, {}), 'misconfigured', 'bad_answer'],
    [attempt(201, { ...STARTED, state: 'short' }), 'misconfigured', 'bad_answer'],
    [attempt(201, { ...STARTED, authorize_endpoint: 'javascript:alert(1)' }), 'misconfigured', 'bad_answer'],
    [attempt(201, { ...STARTED, authorize_endpoint: 7 }), 'misconfigured', 'bad_answer'],
    [{}, 'unavailable', 'unreachable'],
  ];
  for (const [answers, status, code] of cases) {
    const page = openPage('/', answers);
    const outcome = await connect({ backend: '/outlook' });
    assert.deepEqual([outcome.status, outcome.code], [status, code]);
    assert.ok(outcome.message && outcome.actor && outcome.next);
    assert.deepEqual([page.store.size, page.left], [0, []]);
  }
  openPage('/', attempt(429, problem));
  const outcome = await connect({ backend: '/outlook' });
  assert.deepEqual([outcome.message, outcome.correlation_id], ['Wait a minute.', 'c-1']);
});

/** R15: without a good source of randomness nothing starts. */
test('without randomness nothing starts', async () => {
  const page = openPage('/', attempt(201, STARTED));
  const broken = mock.method(crypto, 'getRandomValues', () => {
    throw new Error('none');
  });
  const outcome = await connect({ backend: '/outlook' });
  broken.mock.restore();
  assert.equal(outcome.code, 'no_randomness');
  assert.deepEqual([page.requests, page.store.size, page.left], [[], 0, []]);
});

test('a tab that keeps nothing, or may not leave, says so and keeps nothing', async () => {
  let page = openPage('/', attempt(201, STARTED));
  page.store.setItem = () => {
    throw new DOMException('no', 'QuotaExceededError');
  };
  assert.equal((await connect({ backend: '/outlook' })).code, 'storage_unavailable');
  assert.deepEqual(page.left, []);

  page = openPage('/', attempt(201, STARTED));
  page.location.assign = () => {
    throw new DOMException('no', 'SecurityError');
  };
  assert.equal((await connect({ backend: '/outlook' })).code, 'cannot_leave');
  assert.equal(page.store.size, 0);
});

test('options that cannot be meant are thrown, before anything is sent', async () => {
  const page = openPage('/', attempt(201, STARTED));
  const bad = [
    { backend: 'https://evil.example/outlook' },
    { backend: '//evil.example' },
    { backend: 7 },
    { backend: '/outlook', login_hint: 7 },
    { backend: '/outlook', scopes: 'Mail.Read' },
    { backend: '/outlook', scopes: [7] },
    { backend: '/outlook', prompt: 'none' },
    { backend: '/outlook', return_to: 'https://evil.example/' },
    { backend: '/outlook', return_to: '//evil.example/' },
    { backend: '/outlook', return_to: '/\\evil.example/' },
    { backend: '/outlook', return_to: 'javascript:alert(1)' },
  ];
  for (const options of bad) {
    await assert.rejects(connect(options), (error) => {
      assert.ok(error instanceof ConnectOutlookError && error instanceof Error);
      assert.deepEqual([error.code, error.actor, error.next], ['bad_options', 'developer', 'none'], JSON.stringify(options));
      return true;
    });
  }
  assert.deepEqual(page.requests, []);
  connect({ backend: `${ORIGIN}/outlook/`, return_to: 'sent/../drafts?x#y' });
  await until(() => page.left.length);
  assert.equal(page.requests[0].body.return_to, '/drafts?x#y');
});

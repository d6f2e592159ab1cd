// Coming back: the callback is used once, leaves no trace in the address, and every end is an outcome.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, ORIGIN, SDK, STARTED, STATE, inSight, openPage, until } from './fake-page.mjs';

const { createOutlook } = await import(SDK);
const SESSIONS = 'POST /outlook/v1/sessions';
const REFUSALS = 'POST /outlook/v1/attempts/refusals';
const connected = { status: 'connected', account: ADA };

/** A page that waits for its callback, and the verifier it keeps. */
async function waiting(answers = {}, from = '/inbox?open=7#top') {
  const page = openPage(from, { 'POST /outlook/v1/attempts': [201, STARTED], ...answers });
  createOutlook({ backend: '/outlook' }).connect();
  await until(() => page.left.length);
  page.requests.length = 0;
  return { page, verifier: page.store.text.match(/[\w-]{43}/)[0] };
}

async function comeBack(page, to) {
  page.location.href = ORIGIN + to;
  let settled = false;
  const ending = createOutlook({ backend: '/outlook' }).completeRedirect().finally(() => (settled = true));
  // Nobody takes the callback for one of a window: that is known after a while.
  await until(() => page.pass(100) ?? settled);
  return ending;
}

test('code and verifier meet in one request, after address and store are clean', async () => {
  for (const mark of ['#', '?']) {
    const { page, verifier } = await waiting({ [SESSIONS]: [200, connected] });
    const outcome = await comeBack(page, `/outlook-callback${mark}code=0.AX%2Bz&state=${STATE}&session_state=s`);
    assert.deepEqual(outcome, { ...connected, return_to: '/inbox?open=7#top' });
    assert.equal(page.requests.length, 1);
    const [request] = page.requests;
    assert.equal(request.route, SESSIONS);
    assert.deepEqual(request.body, { state: STATE, code: '0.AX+z', code_verifier: verifier });
    assert.equal(request.headers['x-connect-outlook'], '1');
    assert.equal(request.shown, `${ORIGIN}/inbox?open=7#top`, 'the deep link is back before anything is sent');
    assert.equal(request.stored, '[]', 'the verifier is taken before anything is sent');
    assert.deepEqual(page.state, { router: 7 }, 'the state a router left is kept');
    for (const secret of [verifier, '0.AX']) assert.ok(!inSight(page).includes(secret), 'R17: in that body and nowhere else');
  }
});

test('a callback is good once', async () => {
  const { page } = await waiting({ [SESSIONS]: [200, connected] });
  const callback = `/outlook-callback#code=c&state=${STATE}`;
  assert.equal((await comeBack(page, callback)).status, 'connected');
  assert.equal(await comeBack(page, '/inbox'), null);
  const again = await comeBack(page, callback);
  assert.deepEqual([again.status, again.code, again.actor, again.next], ['cancelled', 'attempt_unknown', 'visitor', 'try_again']);
  assert.equal(page.requests.length, 1, 'no request with a state that has no verifier');
  assert.equal(page.location.href, `${ORIGIN}/outlook-callback`);
});

test('several parts of a page ask and get the same answer', async () => {
  const { page } = await waiting({ [SESSIONS]: [200, connected] });
  page.location.href = `${ORIGIN}/outlook-callback#code=c&state=${STATE}`;
  const ask = () => createOutlook({ backend: '/outlook' }).completeRedirect();
  const [one, other] = await Promise.all([ask(), ask()]);
  assert.equal(one.status, 'connected');
  assert.deepEqual(one, other);
  assert.equal(page.requests.length, 1);
});

test('a refusal is reported to the backend, whose outcome is handed on', async () => {
  const declined = { status: 'cancelled', code: 'consent_declined', actor: 'visitor', next: 'try_again', message: 'You declined.' };
  const { page } = await waiting({ [REFUSALS]: [200, declined] });
  const outcome = await comeBack(page, `/outlook-callback#error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3a+No&state=${STATE}`);
  assert.deepEqual(outcome, declined);
  assert.deepEqual(page.requests[0].body, {
    state: STATE,
    error: 'access_denied',
    error_subcode: 'cancel',
    error_description: 'AADSTS65004: No',
  });
  assert.equal(page.store.size, 0);
  assert.equal(page.location.href, `${ORIGIN}/inbox?open=7#top`);
});

/** R29: a damaged callback sends nothing. */
test('a damaged callback is cleaned away and nothing is sent', async () => {
  for (const parameters of [
    `code=a&code=b&state=${STATE}`,
    `code=a&error=b&state=${STATE}`,
    `code=&state=${STATE}`,
    `code=%zz&state=${STATE}`,
    `code=a&state=${STATE}&state=${STATE}`,
    `code=a&state=${STATE}x`,
  ]) {
    const { page } = await waiting();
    const outcome = await comeBack(page, `/outlook-callback?lang=de#${parameters}`);
    assert.deepEqual([outcome.status, outcome.code], ['cancelled', 'callback_malformed'], parameters);
    assert.deepEqual(page.requests, []);
    assert.equal(page.location.href, `${ORIGIN}/outlook-callback?lang=de`);
  }
});

test('an altered state finds no verifier, and the true callback still works', async () => {
  const { page } = await waiting({ [SESSIONS]: [200, connected] });
  const altered = await comeBack(page, `/outlook-callback#code=c&state=B${STATE.slice(1)}`);
  assert.deepEqual([altered.status, altered.code], ['cancelled', 'attempt_unknown']);
  assert.deepEqual(page.requests, []);
  assert.equal((await comeBack(page, `/outlook-callback#code=c&state=${STATE}`)).status, 'connected');
});

test('the address of somebody else is left alone', async () => {
  for (const path of ['/', '/#section', '/?page=2', '/?code=x&state=other-library', '/#error=1']) {
    const page = openPage(path);
    assert.equal(await createOutlook({ backend: '/outlook' }).completeRedirect(), null);
    assert.equal(page.location.href, ORIGIN + path);
    assert.deepEqual(page.requests, []);
  }
});

test('what goes wrong on the last steps is an outcome with who must act', async () => {
  const problem = (code, actor, next) => ({ code, actor, next, title: 'No.' });
  const cases = [
    [[410, problem('attempt_expired', 'visitor', 'try_again')], 'cancelled', 'attempt_expired'],
    [[403, problem('attempt_not_yours', 'visitor', 'try_again')], 'cancelled', 'attempt_not_yours'],
    [[503, problem('microsoft_unavailable', 'microsoft', 'wait')], 'unavailable', 'microsoft_unavailable'],
    [[500, problem('deployment_misconfigured', 'operator', 'fix_credential')], 'misconfigured', 'deployment_misconfigured'],
    [[500, problem('new_code', 'somebody_new', 'something_new')], 'unavailable', 'new_code'],
    [[200, {}], 'misconfigured', 'bad_answer'],
    [undefined, 'unavailable', 'unreachable'],
  ];
  for (const [answer, status, code] of cases) {
    const { page } = await waiting({ [SESSIONS]: answer });
    const outcome = await comeBack(page, `/outlook-callback#code=c&state=${STATE}`);
    assert.deepEqual([outcome.status, outcome.code], [status, code]);
    assert.equal(page.requests.length, 1, 'a code is sent at most once');
    assert.equal(page.store.size, 0);
  }
});

test('a tab that waited too long has nothing to send', async () => {
  const lapsed = { ...STARTED, expires_at: Math.floor(Date.now() / 1000) - 1 };
  const { page } = await waiting({ 'POST /outlook/v1/attempts': [201, lapsed] });
  const outcome = await comeBack(page, `/outlook-callback#code=c&state=${STATE}`);
  assert.equal(outcome.code, 'attempt_unknown');
  assert.deepEqual([page.requests, page.store.size], [[], 0]);
});

// Connecting through a window of its own: the page stays, the answer comes over a channel, and every end is an outcome.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { ADA, ORIGIN, SDK, STARTED, STATE, inSight, openPage, until } from './fake-page.mjs';

const { createOutlook } = await import(SDK);
const START = 'POST /outlook/v1/attempts';
const SESSIONS = 'POST /outlook/v1/sessions';
const connected = { status: 'connected', account: ADA };
const CALLBACK = `${ORIGIN}/outlook-callback#code=0.AX&state=${STATE}`;
const channels = new Set();

afterEach(() => channels.forEach((channel) => channel.close()));

/** A page whose visitor is at Microsoft in a window, and what the attempt will come to. */
async function away({ answers, wishes, ...page } = {}) {
  const opened = Object.assign(openPage('/inbox?open=7', { [START]: [201, STARTED], [SESSIONS]: [200, connected], ...answers }), page);
  const outlook = createOutlook({ backend: '/outlook' });
  const told = [];
  outlook.subscribe((event) => told.push(event));
  const ending = outlook.connect({ mode: 'popup', ...wishes });
  await until(() => opened.popups.at(-1)?.went.length || opened.left.length);
  return { page: opened, popup: opened.popups.at(-1), outlook, told, ending };
}

/** What the window does when Microsoft has sent it back. */
function comeBack(callback = CALLBACK, state = STATE) {
  const channel = new BroadcastChannel(`connect-outlook.${state}`);
  channels.add(channel);
  const heard = [];
  channel.onmessage = ({ data }) => heard.push(data);
  channel.postMessage({ callback });
  return heard;
}

test('the window opens within the click, and the verifier never leaves the memory of the page', async () => {
  const { page, popup, ending } = await away();
  assert.equal(page.popups.length, 1);
  assert.match(popup.values[2], /^popup,/);
  const url = new URL(popup.went[0]);
  assert.equal(url.searchParams.get('state'), STATE);
  assert.deepEqual([page.store.size, page.left], [0, []]);

  const heard = comeBack();
  assert.deepEqual(await ending, { ...connected, return_to: '/inbox?open=7' });
  const { body } = page.requests.at(-1);
  assert.deepEqual({ ...body, code_verifier: '' }, { state: STATE, code: '0.AX', code_verifier: '' });
  const challenge = createHash('sha256').update(body.code_verifier).digest('base64url');
  assert.equal(challenge, page.requests[0].body.code_challenge);
  assert.ok(!inSight(page).includes(body.code_verifier), 'R17: in that body and nowhere else');
  await until(() => heard.length === 2);
  assert.deepEqual(heard, [{ taken: true }, { done: true }]);
  assert.ok(popup.closed);
  assert.equal(page.location.href, `${ORIGIN}/inbox?open=7`, 'the page stays where it is');
});

test('fifty rapid clicks are one window and one attempt', async () => {
  const page = openPage('/', { [START]: [201, STARTED], [SESSIONS]: [200, connected] });
  const outlook = createOutlook({ backend: '/outlook' });
  const all = Array.from({ length: 50 }, () => outlook.connect({ mode: 'popup' }));
  await until(() => page.popups[0].went.length);
  comeBack();
  assert.equal(new Set(await Promise.all(all)).size, 1);
  assert.deepEqual([page.popups.length, page.requests.length], [1, 2]);
});

test('a window that is blocked falls back to the redirect', async () => {
  const { page } = await away({ blocksPopups: true });
  assert.equal(page.left.length, 1);
  assert.equal(page.store.size, 1);
});

test('a closed window is told within two seconds, and nothing sticks', async () => {
  const { page, popup, outlook, ending } = await away();
  page.pass(60_000);
  popup.closed = true;
  page.pass(2_000);
  const outcome = await ending;
  assert.deepEqual([outcome.status, outcome.code, outcome.actor, outcome.next], ['cancelled', 'window_closed', 'visitor', 'try_again']);

  page.answers[START] = [201, { ...STARTED, state: `B${STATE.slice(1)}` }];
  const again = outlook.connect({ mode: 'popup' });
  await until(() => page.popups[1]?.went.length);
  comeBack(CALLBACK.replace(STATE, `B${STATE.slice(1)}`), `B${STATE.slice(1)}`);
  assert.equal((await again).status, 'connected');
});

/** Microsoft's pages cut the tie (COOP): the window looks closed from then on. */
test('a window that was cut off is waited for as long as the visitor is in it', async () => {
  const { page, popup, ending } = await away({ hasFocus: false });
  popup.closed = true;
  page.pass(120_000);
  comeBack();
  assert.equal((await ending).status, 'connected');
});

test('an answer from a window that seemed closed still counts', async () => {
  const { page, popup, told, ending } = await away();
  popup.closed = true;
  page.pass(2_000);
  assert.equal((await ending).code, 'window_closed');
  comeBack();
  await until(() => told.filter(({ type }) => type === 'outcome').length === 2);
  assert.equal(told.at(-1).outcome.status, 'connected');
});

test('a visitor who never comes back is told when the time is over', async () => {
  const { page, popup, ending } = await away();
  page.pass(700_000);
  const outcome = await ending;
  assert.deepEqual([outcome.status, outcome.code], ['cancelled', 'attempt_expired']);
  assert.ok(popup.closed);
  assert.equal(page.clock.timers.size, 0);
});

test('a page that is left gives the attempt up', async () => {
  const { page, popup, ending } = await away();
  page.hide();
  assert.equal((await ending).code, 'came_back');
  assert.ok(popup.closed);
});

test('a signal ends the attempt and closes the window', async () => {
  const stop = new AbortController();
  const { popup, told, ending } = await away({ wishes: { signal: stop.signal } });
  stop.abort();
  await assert.rejects(ending, { name: 'AbortError' });
  assert.ok(popup.closed);
  await until(() => told.at(-1).type === 'failed');
});

test('what keeps the attempt from starting closes the window', async () => {
  const problem = { code: 'rate_limited', actor: 'microsoft', next: 'wait', title: 'Too many' };
  const page = openPage('/', { [START]: [429, problem] });
  const outcome = await createOutlook({ backend: '/outlook' }).connect({ mode: 'popup' });
  assert.deepEqual([outcome.status, outcome.code, page.popups[0].closed], ['unavailable', 'rate_limited', true]);
  await assert.rejects(createOutlook({ backend: '//evil.example' }).connect({ mode: 'popup' }), { code: 'bad_options' });
  assert.ok(page.popups[1].closed);
});

test('messages that are no callback change nothing', async () => {
  const { page, ending } = await away();
  const channel = new BroadcastChannel(`connect-outlook.${STATE}`);
  channels.add(channel);
  for (const bad of [null, 7, 'code=x', { callback: 7 }, { code: 'x' }]) channel.postMessage(bad);
  comeBack();
  assert.equal((await ending).status, 'connected');
  assert.equal(page.requests.length, 2);
});

test('a damaged callback is an outcome, and sends nothing', async () => {
  const { page, ending } = await away();
  comeBack(`${CALLBACK}&state=${STATE}`);
  assert.equal((await ending).code, 'callback_malformed');
  assert.equal(page.requests.length, 1);
});

test('two flows at once keep apart', async () => {
  const one = await away();
  const other = `B${STATE.slice(1)}`;
  one.page.answers[START] = [201, { ...STARTED, state: other }];
  const second = createOutlook({ backend: '/outlook' }).connect({ mode: 'popup' });
  await until(() => one.page.popups[1]?.went.length);
  comeBack(CALLBACK.replace(STATE, other), other);
  assert.equal((await second).status, 'connected');
  comeBack();
  assert.equal((await one.ending).status, 'connected');
  const verifiers = one.page.requests.slice(2).map(({ body }) => body.code_verifier);
  assert.equal(new Set(verifiers).size, 2);
});

test('in the window, the page that waits gets the callback, and the window closes', async () => {
  const page = openPage(`/outlook-callback#code=0.AX&state=${STATE}`);
  const waiting = new BroadcastChannel(`connect-outlook.${STATE}`);
  channels.add(waiting);
  const heard = [];
  waiting.onmessage = ({ data }) => {
    heard.push(data);
    waiting.postMessage({ taken: true });
    waiting.postMessage({ done: true });
  };
  assert.equal(await createOutlook({ backend: '/outlook' }).completeRedirect(), null);
  assert.deepEqual(heard, [{ callback: `${ORIGIN}/outlook-callback#code=0.AX&state=${STATE}` }]);
  assert.ok(page.closed);
  assert.deepEqual(page.requests, []);
  assert.equal(page.location.href, `${ORIGIN}/outlook-callback`, 'the code is out of the address');
});

test('in a window whose page is gone, the end is the ordinary one', async () => {
  const page = openPage(`/outlook-callback#code=0.AX&state=${STATE}`);
  const ending = createOutlook({ backend: '/outlook' }).completeRedirect();
  await until(() => page.clock.timers.size);
  page.pass(3_000);
  const outcome = await ending;
  assert.deepEqual([outcome.status, outcome.code, page.closed], ['cancelled', 'attempt_unknown', false]);
});

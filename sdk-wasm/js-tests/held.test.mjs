// Pages that hold the session themselves, for a backend of another site: what is sent, where it lies, and what forgets it.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ADA, ORIGIN, SDK, STARTED, STATE, openPage, until } from './fake-page.mjs';

const { createOutlook } = await import(SDK);
const BACKEND = 'https://mail.example/outlook';
const [START, SESSIONS, SESSION] = ['POST /outlook/v1/attempts', 'POST /outlook/v1/sessions', 'GET /outlook/v1/session'];
const [FLOW, HANDLE] = ['f'.repeat(43), 'h'.repeat(43)];
const session = { accounts: [ADA], idle_expires_at: 1, expires_at: 2 };
const ANSWERS = {
  [START]: [201, STARTED, { 'x-connect-outlook-flow': FLOW }],
  [SESSIONS]: [200, { status: 'connected', account: ADA }, { 'x-connect-outlook-session': HANDLE }],
  [SESSION]: [200, session],
  'DELETE /outlook/v1/session': [204, null, { 'x-connect-outlook-session': '' }],
};
const channels = new Set();

afterEach(() => channels.forEach((channel) => channel.close()));

/** The same tab, with another document in it. */
function turnTo(page, path) {
  const next = openPage(path, { ...ANSWERS });
  next.store = globalThis.sessionStorage = page.store;
  return next;
}

/** Away by redirect and back, in a new document. */
async function connected(place) {
  const page = openPage('/inbox', { ...ANSWERS });
  createOutlook({ backend: BACKEND, session: place }).connect();
  await until(() => page.left.length);
  const back = turnTo(page, `/outlook-callback#code=0.AX&state=${STATE}`);
  const outlook = createOutlook({ backend: BACKEND, session: place });
  let settled = false;
  const ending = outlook.completeRedirect().finally(() => (settled = true));
  await until(() => back.pass(100) ?? settled);
  assert.equal((await ending).status, 'connected');
  return { first: page.requests, page: back, outlook };
}

for (const place of ['memory', 'tab']) {
  test(`a session that ${place === 'tab' ? 'the tab' : 'memory'} holds comes and goes in headers alone`, async () => {
    const { first, page, outlook } = await connected(place);
    assert.equal(first[0].url, `${BACKEND}/v1/attempts`);
    assert.equal(first[0].headers['x-connect-outlook-flow'], 'new');
    const [finish] = page.requests;
    assert.equal(finish.headers['x-connect-outlook-flow'], FLOW, 'it outlives the way to Microsoft');
    assert.deepEqual(await outlook.session(), session);
    assert.deepEqual(await outlook.peek(), session);
    const asked = page.requests.slice(1);
    assert.deepEqual(asked.map(({ headers }) => headers.authorization), Array(2).fill(`Bearer ${HANDLE}`));
    for (const request of [...first, ...page.requests]) {
      assert.equal(request.credentials, 'omit', 'no cookie beside it');
      assert.ok(!`${request.url} ${request.shown}`.includes(HANDLE), 'R58: in no address');
    }
    assert.equal(page.store.text.includes(HANDLE), place === 'tab');
  });
}

test('what memory held is gone with the page, what the tab held is there, and nothing is asked without it', async () => {
  const { page } = await connected('memory');
  const without = turnTo(page, '/inbox');
  assert.equal(await createOutlook({ backend: BACKEND, session: 'memory' }).peek(), null);
  assert.deepEqual(without.requests, []);

  const { page: tab } = await connected('tab');
  const later = turnTo(tab, '/inbox');
  assert.deepEqual(await createOutlook({ backend: BACKEND, session: 'tab' }).peek(), session);
  assert.equal(later.requests[0].headers.authorization, `Bearer ${HANDLE}`);
  assert.equal(await createOutlook({ backend: 'https://other.example/outlook', session: 'tab' }).peek(), null, 'another backend knows nothing of it');
});

test('signing out forgets it everywhere', async () => {
  const { page, outlook } = await connected('tab');
  await outlook.signOut();
  assert.ok(!page.store.text.includes(HANDLE));
  page.answers[SESSION] = [401, { code: 'no_session', actor: 'visitor', next: 'sign_in_again', title: 'Nobody' }];
  assert.equal(await outlook.session(), null);
  assert.equal(page.requests.at(-1).headers.authorization, undefined);
});

test('a browser that keeps nothing for the page leaves it in memory', async () => {
  const page = openPage('/', { ...ANSWERS });
  const refuse = () => {
    throw new DOMException('no', 'SecurityError');
  };
  globalThis.sessionStorage = { getItem: refuse, setItem: refuse, removeItem: refuse };
  const outlook = createOutlook({ backend: BACKEND, session: 'tab' });
  const ending = outlook.connect({ mode: 'popup' });
  await until(() => page.popups[0]?.went.length);
  const channel = new BroadcastChannel(`connect-outlook.${STATE}`);
  channels.add(channel);
  channel.postMessage({ callback: `${ORIGIN}/outlook-callback#code=0.AX&state=${STATE}` });
  assert.equal((await ending).status, 'connected');
  assert.deepEqual(await outlook.session(), session);
  assert.equal(page.requests.at(-1).headers.authorization, `Bearer ${HANDLE}`);
});

test('a backend of another site needs it', async () => {
  openPage('/', { ...ANSWERS });
  await assert.rejects(createOutlook({ backend: BACKEND }).session(), { code: 'bad_options' });
  await assert.rejects(createOutlook({ backend: 'http://mail.example', session: 'tab' }).session(), { code: 'bad_options' });
});

// R169: the module has a defect in the middle of a flow. Whichever step it is: a typed error without secrets, and nothing
// half done is left. A module that stopped stays so, so each case has a process of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const PAGE = new URL('./fake-page.mjs', import.meta.url).href;
// Not a response at all: what a page that replaces fetch may do, and what the HTTP crate panics at.
const BROKEN = "() => ({ token: 'do-not-tell' })";

/** Runs a story in a process of its own; what it told. */
async function apart(answers, story) {
  const script = `
    const { ADA, ORIGIN, SDK, STARTED, STATE, openPage, until } = await import(${JSON.stringify(PAGE)});
    const { createOutlook } = await import(SDK);
    const CALLBACK = ORIGIN + '/outlook-callback#code=0.AX&state=' + STATE;
    const broken = ${BROKEN};
    const page = openPage('/inbox', ${answers});
    const outlook = createOutlook({ backend: '/outlook' });
    const told = [];
    outlook.subscribe((event) => told.push(event.type));
    const fails = (promise) => promise.then(() => 'no error', (error) => ({ name: error.name, code: error.code, actor: error.actor, place: error.place, whole: JSON.stringify({ ...error, message: error.message }) }));
    const settled = async (promise) => { let done; promise.finally(() => (done = true)).catch(() => {}); await until(() => page.pass(100) ?? done); return promise; };
    const story = async () => {${story}};
    const error = await story();
    await until(() => told.length);
    const again = await fails(outlook.session());
    process.stdout.write(JSON.stringify({ error, again, told, stored: page.store.text, popups: page.popups.map(({ closed }) => closed), left: page.left.length, address: page.location.href, timers: page.clock.timers.size }));
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

function isTyped({ error, again }) {
  for (const { name, code, actor, place, whole } of [error, again]) {
    assert.deepEqual([name, code, actor], ['ConnectOutlookError', 'internal', 'developer']);
    assert.match(place, /request\.rs:\d+:\d+$/);
    assert.ok(!whole.includes('do-not-tell'));
  }
}

test('by redirect, while the attempt begins', async () => {
  const ended = await apart("{ 'POST /outlook/v1/attempts': broken }", 'return fails(outlook.connect());');
  isTyped(ended);
  assert.deepEqual([ended.left, ended.stored, ended.told], [0, '[]', ['connecting', 'failed']]);
});

test('by redirect, on the way back: the code is out of the address, and the attempt is spent', async () => {
  const answers = "{ 'POST /outlook/v1/attempts': [201, STARTED], 'POST /outlook/v1/sessions': broken }";
  const story = 'outlook.connect(); await until(() => page.left.length); page.location.href = CALLBACK; return settled(fails(outlook.completeRedirect()));';
  const ended = await apart(answers, story);
  isTyped(ended);
  assert.equal(ended.stored, '[]');
  assert.ok(!ended.address.includes('code='), ended.address);
});

test('in a window, while the attempt begins: the window closes', async () => {
  const ended = await apart("{ 'POST /outlook/v1/attempts': broken }", "return fails(outlook.connect({ mode: 'popup' }));");
  isTyped(ended);
  assert.deepEqual([ended.popups, ended.stored, ended.timers, ended.told], [[true], '[]', 0, ['connecting', 'failed']]);
});

test('in a window, when the answer comes: nothing listens any more', async () => {
  const answers = "{ 'POST /outlook/v1/attempts': [201, STARTED], 'POST /outlook/v1/sessions': broken }";
  const story = `
    const ending = fails(outlook.connect({ mode: 'popup' }));
    await until(() => page.popups[0]?.went.length);
    const channel = new BroadcastChannel('connect-outlook.' + STATE);
    channel.postMessage({ callback: CALLBACK });
    return ending;`;
  const ended = await apart(answers, story);
  isTyped(ended);
  assert.deepEqual([ended.popups, ended.stored, ended.timers, ended.told], [[true], '[]', 0, ['connecting', 'failed']]);
});

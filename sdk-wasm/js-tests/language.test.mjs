// Sentences in the page's language, in the page's own words where it has some.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SDK, openPage } from './fake-page.mjs';

const { createOutlook } = await import(SDK);
const { words } = await import(new URL('words.js', SDK));
const LANGUAGES = ['ar', 'de', 'es', 'fr', 'ja'];
const pack = async (language) => (await import(new URL(`lang/${language}.js`, SDK))).default;
const problem = (code, next) => ({ code, actor: 'visitor', next, title: 'In English.' });

test('every language says the same things, and all of them', async () => {
  const english = Object.keys(await words('en'));
  const names = Object.keys(await pack('de'));
  for (const language of LANGUAGES) {
    const said = await pack(language);
    assert.deepEqual(Object.keys(said), names, language);
    for (const [name, text] of Object.entries(said)) assert.ok(text.trim() === text && text.length > 1, `${language} ${name}`);
    assert.equal(new Set(Object.values(said)).size >= names.length - 2, true, `${language} repeats itself`);
  }
  assert.deepEqual(english.filter((name) => !names.includes(name)), []);
});

test('each next step of the contract has a sentence to fall back on', async () => {
  const types = readFileSync(new URL('../js/index.d.ts', import.meta.url), 'utf8');
  const steps = [.../type Next =([^;]+);/.exec(types)[1].matchAll(/'(\w+)'/g)].map(([, step]) => step);
  assert.equal(steps.length, 8);
  const german = await pack('de');
  assert.deepEqual(steps.filter((step) => !german[step]), []);
});

test('outcomes and errors are told in the language of the page', async () => {
  const answers = { 'POST /outlook/v1/attempts': [403, problem('turned_back', 'try_again')], 'DELETE /outlook/v1/session': [503, problem('unheard_of', 'wait')] };
  const { turned_back: turnedBack, wait } = await pack('fr');
  openPage('/', answers);
  document.documentElement.lang = 'fr-CA';
  const outlook = createOutlook({ backend: '/outlook' });
  assert.equal((await outlook.connect()).message, turnedBack);
  await assert.rejects(outlook.signOut(), { code: 'unheard_of', message: wait });
  for (const language of ['en-GB', 'nl', '']) {
    document.documentElement.lang = language;
    assert.equal((await outlook.connect()).message, 'In English.', language);
  }
});

test('a page says it in its own words', async () => {
  openPage('/', { 'POST /outlook/v1/attempts': [403, problem('turned_back', 'try_again')] });
  const outlook = createOutlook({ backend: '/outlook', language: 'ja', texts: { turned_back: 'Nun denn.' } });
  assert.equal((await outlook.connect()).message, 'Nun denn.');
});

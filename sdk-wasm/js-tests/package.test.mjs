// What is published: inert on import, free of forbidden constructs, complete, and light before intent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const PACKAGE = fileURLToPath(new URL('../pkg/', import.meta.url));
const read = (name) => readFileSync(PACKAGE + name, 'utf8');
const manifest = JSON.parse(read('package.json'));
const files = readdirSync(PACKAGE, { recursive: true });
const scripts = files.filter((name) => name.endsWith('.js'));

test('importing any entry in bare Node does nothing', () => {
  const entries = Object.values(manifest.exports).flatMap((entry) => [entry.default, entry.node].filter((path) => path?.endsWith('.js')));
  const script = `
    const touched = [];
    for (const name of ['fetch', 'setTimeout', 'setInterval', 'queueMicrotask', 'addEventListener', 'BroadcastChannel']) {
      globalThis[name] = function () { touched.push(name); };
    }
    console.log = console.warn = console.error = () => touched.push('console');
    const names = () => Reflect.ownKeys(globalThis).map(String).join();
    const before = names();
    const exported = {};
    for (const entry of ${JSON.stringify(entries)}) exported[entry] = Object.keys(await import(entry)).sort();
    const { createOutlook } = await import('./index.js');
    createOutlook({ backend: '/outlook' });
    process.stdout.write(JSON.stringify({ touched, grown: before !== names(), exported }));`;
  const told = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: PACKAGE }));
  assert.deepEqual(told.touched, []);
  assert.equal(told.grown, false);
  const sdk = ['ConnectOutlookError', 'connect', 'createOutlook', 'defineElement', 'load', 'useModule'];
  assert.deepEqual(told.exported, {
    './server.js': sdk,
    './index.js': sdk,
    './element.js': ['ConnectOutlookElement', 'defineElement'],
    './inline.js': sdk,
    // A script, not a module: it gives its page a name instead.
    './connect-outlook.js': [],
    './callback.js': ['completeCallback'],
    './testing.js': ['ADA', 'createTestOutlook', 'reason'],
  });
});

test('on a server the package is the one without a page', () => {
  const script = `
    const { createOutlook, connect } = await import('connect-outlook');
    const outlook = createOutlook({ backend: '/outlook' });
    const said = [await outlook.peek()];
    for (const call of [() => outlook.session(), () => connect({ backend: '/outlook' }), () => outlook.mail.pages().next()]) {
      await call().catch((error) => said.push(error.name + ' ' + error.code));
    }
    process.stdout.write(JSON.stringify(said));`;
  const told = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: PACKAGE }));
  assert.deepEqual(told, [null, ...Array(3).fill('ConnectOutlookError no_page')]);
});

/** R161: nothing that a strict policy or Trusted Types would stop. */
test('no script holds a forbidden construct', () => {
  const forbidden = [
    /\beval\s*\(/,
    /\bnew\s+Function\b/,
    /(^|[^\w$.`])Function\s*\(/,
    /\b(inner|outer)HTML\b/,
    /\binsertAdjacentHTML\b/,
    /\bdocument\s*\.\s*write/,
    /\bsrcdoc\b/,
    /\bjavascript:/i,
    /\.on(click|load|error|focus|pointer\w+)\s*=/,
    /setAttribute\(\s*['"]on/,
    /setAttribute\(\s*['"]style/,
    /createElement\(\s*['"](script|style|iframe)/,
    /\bset(Timeout|Interval)\(\s*['"`]/,
    /\blocalStorage\b|\bindexedDB\b|document\.cookie/,
  ];
  assert.equal(scripts.length, 17);
  for (const name of scripts) {
    for (const pattern of forbidden) assert.doesNotMatch(read(name), pattern, name);
  }
});

test('the page that is shipped has nothing inline', () => {
  const page = read('callback.html');
  for (const tag of page.match(/<[^>]+>/g)) assert.doesNotMatch(tag, /\s(on\w+|style|srcdoc)\s*=|javascript:|<style/i, tag);
  assert.deepEqual(page.match(/<script[^>]*>[^<]*/g), ['<script type="module" src="./callback.js">']);
});

test('bundlers find the module, and loading it is the only thing that does', () => {
  const found = scripts.filter((name) => read(name).includes('connect_outlook_sdk_bg.wasm'));
  assert.deepEqual(found, ['connect-outlook.js', 'index.js'], 'and the one script has the module inside');
  assert.match(read('index.js'), /new URL\((['"])\.\/connect_outlook_sdk_bg\.wasm\1, ?import\.meta\.url\)/);
});

test('the manifest names what is there, and nothing is needed beside it', () => {
  assert.deepEqual([manifest.type, manifest.license], ['module', 'MIT OR Apache-2.0']);
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts']) {
    assert.equal(manifest[kind], undefined, kind);
  }
  const exported = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? entry : Object.values(entry)));
  for (const path of [...exported, ...manifest.sideEffects, manifest.types, manifest.customElements]) {
    assert.ok(existsSync(PACKAGE + path), path);
  }
  const packed = (name) => manifest.files.some((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '[^/]*')}$`).test(name));
  const left = files.filter((name) => name !== 'lang' && !packed(name));
  assert.deepEqual(left.sort(), ['README.md', 'package.json'], 'everything built is published');
});

test('before anybody means to connect, a page pays at most 3 KB', () => {
  const paid = ['index.js', 'element.js'].reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0);
  assert.ok(paid <= 3_000, `${paid} bytes of gzip`);
});

test('an intent costs two requests: one script, one module', () => {
  assert.deepEqual(imports('index.js'), ['./client.js', './element.js']);
  assert.deepEqual(imports('client.js'), ['./frame.js', './index.js', './mail.js', './words.js'], 'words.js for other languages than English, frame.js in frames, mail.js for letters');
  assert.deepEqual(imports('element.js'), ['./index.js', './view.js']);
  const names = ({ module, name }) => module + name;
  const module = new WebAssembly.Module(readFileSync(`${PACKAGE}connect_outlook_sdk_bg.wasm`));
  const border = [...WebAssembly.Module.imports(module).map(names), ...WebAssembly.Module.exports(module).map((one) => one.name)];
  assert.ok(border.every((name) => name.length <= 3), 'the names at the border are shortened on both sides');
});

test('scripts are minified, and a debugger finds what was written', () => {
  for (const name of scripts) {
    assert.ok(read(name).endsWith(`//# sourceMappingURL=${name.split('/').at(-1)}.map\n`), name);
    const { sources, sourcesContent } = JSON.parse(read(`${name}.map`));
    for (const [at, source] of sources.entries()) {
      const written = new URL(`../js/${source.replace(/^(\.\.\/)*src\//, '')}`, import.meta.url);
      if (existsSync(written) && !source.endsWith('.wasm')) assert.equal(sourcesContent[at], readFileSync(written, 'utf8'), source);
    }
    assert.ok(sources.some((source) => /(^|\/)src\//.test(source)), name);
  }
});

/** What a script loads, at once or later. */
function imports(name) {
  return [...read(name).matchAll(/\b(?:from|import\()\s*["'](.+?)["']/g)].map(([, path]) => path).sort();
}

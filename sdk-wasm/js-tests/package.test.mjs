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
const scripts = readdirSync(PACKAGE).filter((name) => name.endsWith('.js'));

test('importing in bare Node does nothing', () => {
  const script = `
    const touched = [];
    for (const name of ['fetch', 'setTimeout', 'queueMicrotask', 'addEventListener']) {
      globalThis[name] = () => touched.push(name);
    }
    console.log = console.warn = console.error = () => touched.push('console');
    const names = () => Reflect.ownKeys(globalThis).map(String).join();
    const before = names();
    const sdk = await import('./index.js');
    const element = await import('./element.js');
    sdk.createOutlook({ backend: '/outlook' });
    process.stdout.write(JSON.stringify({ touched, grown: before !== names(),
      sdk: Object.keys(sdk), element: Object.keys(element) }));`;
  const told = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: PACKAGE }));
  assert.deepEqual(told.touched, []);
  assert.equal(told.grown, false);
  assert.deepEqual(told.sdk.sort(), ['ConnectOutlookError', 'connect', 'createOutlook', 'defineElement', 'load']);
  assert.deepEqual(told.element.sort(), ['ConnectOutlookElement', 'defineElement']);
});

test('calls in bare Node reject with a typed error', () => {
  const script = `
    const { createOutlook } = await import('./index.js');
    await createOutlook({ backend: '/outlook' }).session().catch((error) => process.stdout.write(error.name + error.code));`;
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: PACKAGE, encoding: 'utf8' });
  assert.match(told, /^ConnectOutlookError\w+$/);
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
  assert.deepEqual(scripts.sort(), ['client.js', 'element.js', 'index.js']);
  for (const name of scripts) {
    for (const pattern of forbidden) assert.doesNotMatch(read(name), pattern, name);
  }
});

test('bundlers find the module, and loading it is the only thing that does', () => {
  const found = scripts.filter((name) => read(name).includes('connect_outlook_sdk_bg.wasm'));
  assert.deepEqual(found, ['index.js']);
  assert.match(read('index.js'), /new URL\((['"])\.\/connect_outlook_sdk_bg\.wasm\1, ?import\.meta\.url\)/);
});

test('the manifest names what is there, and nothing is needed beside it', () => {
  assert.deepEqual([manifest.type, manifest.license], ['module', 'MIT OR Apache-2.0']);
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts']) {
    assert.equal(manifest[kind], undefined, kind);
  }
  const exported = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? entry : Object.values(entry)));
  for (const path of [...exported, ...manifest.files, ...manifest.sideEffects]) {
    assert.ok(existsSync(PACKAGE + path), path);
  }
  const packed = new Set([...manifest.files, 'package.json', 'README.md']);
  assert.deepEqual(readdirSync(PACKAGE).filter((name) => !packed.has(name)), [], 'everything built is published');
});

test('before anybody means to connect, a page pays at most 3 KB', () => {
  const paid = ['index.js', 'element.js'].reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0);
  assert.ok(paid <= 3_000, `${paid} bytes of gzip`);
});

test('an intent costs two requests: one script, one module', () => {
  assert.deepEqual(imports('index.js'), ['./client.js', './element.js']);
  assert.deepEqual(imports('client.js'), ['./index.js']);
  const names = ({ module, name }) => module + name;
  const module = new WebAssembly.Module(readFileSync(`${PACKAGE}connect_outlook_sdk_bg.wasm`));
  const border = [...WebAssembly.Module.imports(module).map(names), ...WebAssembly.Module.exports(module).map((one) => one.name)];
  assert.ok(border.every((name) => name.length <= 3), 'the names at the border are shortened on both sides');
});

test('scripts are minified, and a debugger finds what was written', () => {
  for (const name of scripts) {
    assert.ok(read(name).endsWith(`//# sourceMappingURL=${name}.map\n`), name);
    const { sources, sourcesContent } = JSON.parse(read(`${name}.map`));
    const at = sources.indexOf(`src/${name}`);
    assert.equal(sourcesContent[at], readFileSync(new URL(`../js/${name}`, import.meta.url), 'utf8'));
    assert.ok(read(name).length < sourcesContent.join('').length * 0.7, name);
  }
});

/** What a script loads, at once or later. */
function imports(name) {
  return [...read(name).matchAll(/\b(?:from|import\()\s*["'](.+?)["']/g)].map(([, path]) => path).sort();
}

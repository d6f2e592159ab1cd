// The types, as the compilers of their users read them: installed, and found by the exports map.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

test('pages, frameworks and doubles compile, and a switch that forgets an outcome does not', () => {
  const installed = path('node_modules/connect-outlook/');
  rmSync(installed, { recursive: true, force: true });
  for (const name of readdirSync(path('../pkg/'))) {
    if (/\.d\.ts$|^package\.json$/.test(name)) cpSync(path(`../pkg/${name}`), installed + name);
  }
  const tsc = path('node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'users', '--pretty', 'false'], { cwd: path('.'), encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 1, stdout);
  assert.match(lines[0], /^users\/forgotten\.ts\(4,\d+\): error TS2366/);
});

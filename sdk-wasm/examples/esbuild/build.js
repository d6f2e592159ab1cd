import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.js'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  sourcemap: true,
});
await copyFile('src/index.html', 'dist/index.html');
// esbuild leaves `new URL('…', import.meta.url)` as it is: the module has to stand beside the scripts.
const module = fileURLToPath(import.meta.resolve('connect-outlook/sdk.wasm'));
await copyFile(module, 'dist/connect_outlook_sdk_bg.wasm');

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  build: { sourcemap: true },
  // While developing: `connect-outlook serve` answers below /outlook/, everything else is Vite's, /outlook-callback too.
  server: { proxy: { '^/outlook/': process.env.OUTLOOK_BACKEND ?? 'http://127.0.0.1:8400' } },
});

import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'connect-outlook' } } })],
  build: { sourcemap: true },
  // While developing: `connect-outlook serve` answers below /outlook/, everything else is Vite's, /outlook-callback too.
  server: { proxy: { '^/outlook/': process.env.OUTLOOK_BACKEND ?? 'http://127.0.0.1:8400' } },
});

import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Puts the licence and the notices of third parties beside the built page. */
const notices: Plugin = {
  name: 'notices',
  apply: 'build',
  generateBundle() {
    for (const name of ['LICENSE', 'NOTICE']) {
      const source = readFileSync(new URL(name, import.meta.url), 'utf8');
      this.emitFile({ type: 'asset', fileName: `${name}.txt`, source });
    }
  },
};

export default defineConfig({
  // Relative addresses: the built site works from any path.
  base: './',
  // One page: an address without a file is an error here as on any static host.
  appType: 'mpa',
  plugins: [react(), notices],
  worker: { format: 'es' },
  resolve: { dedupe: ['@tensorflow/tfjs-core', 'react', 'react-dom'] },
  build: {
    target: 'es2023',
    // Bundling the worker is one long plugin callback; that is no news.
    rolldownOptions: { checks: { pluginTimings: false } },
    // The worker's chunk holds tfjs, about 1.5 MB; the page's own chunks are held to UI budgets by e2e.
    chunkSizeWarningLimit: 2500,
  },
  optimizeDeps: {
    // What only the worker imports: found late, it would reload the page on the first visit.
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      '@huggingface/tokenizers',
      'fflate',
      'quickjs-emscripten-core',
      '@jitl/quickjs-wasmfile-release-sync',
      'valibot',
    ],
    // These find their .wasm beside themselves, which bundling would move them away from.
    exclude: ['@jsquash/jpeg', '@jsquash/png', '@jsquash/webp'],
  },
  // Vite's own addresses are 127.0.0.1 so that "localhost" in other tools finds the server too.
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});

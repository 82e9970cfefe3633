import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses: the built site works from any path.
  base: './',
  // One page: an address without a file is an error here as on any static host.
  appType: 'mpa',
  plugins: [react()],
  worker: { format: 'es' },
  resolve: { dedupe: ['@tensorflow/tfjs-core', 'react', 'react-dom'] },
  build: {
    target: 'es2023',
    license: { fileName: 'licenses.md' },
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
      'valibot',
    ],
    // These find their .wasm beside themselves, which bundling would move them away from.
    exclude: ['@jsquash/jpeg', '@jsquash/png', '@jsquash/webp'],
  },
  // Vite's own addresses are 127.0.0.1 so that "localhost" in other tools finds the server too.
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});

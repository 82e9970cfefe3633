import { defineConfig, mergeConfig } from 'vitest/config';
import { bundleTensors } from './scripts/bundle.mjs';
import { offerSoftwareVulkan } from './scripts/vulkan.mjs';
import vite from './vite.config.ts';

// Node's WebGPU (Dawn) runs on the software driver, also where there is a GPU: the same numbers everywhere.
offerSoftwareVulkan('VK_ICD_FILENAMES');

const shared = {
  pool: 'forks' as const,
  // Vitest would leave a core to itself; on two cores that halves the speed.
  maxWorkers: '100%',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: ['scripts/repeatable.mjs'],
};

export default mergeConfig(
  vite,
  defineConfig({
    resolve: { alias: await bundleTensors() },
    test: {
      passWithNoTests: false,
      reporters: ['default'],
      outputFile: { json: 'node_modules/.cache/pebr/unit.json' },
      projects: [
        {
          extends: true,
          test: { ...shared, name: 'engine', environment: 'node', include: ['{src,bench}/**/*.test.ts'] },
        },
        {
          extends: true,
          test: { ...shared, name: 'page', environment: 'jsdom', include: ['src/**/*.test.tsx'] },
        },
      ],
    },
  }),
);

import { defineConfig, mergeConfig } from 'vitest/config';
import { findChromium, swiftShaderIcd } from './scripts/chromium.mjs';
import vite from './vite.config.ts';

// Node's WebGPU (Dawn) runs on Chromium's software Vulkan driver, also where a GPU would do, so that the
// same numbers come out everywhere. The driver is looked up when the first adapter is asked for.
const icd = swiftShaderIcd(findChromium());
if (icd) process.env.VK_ICD_FILENAMES ??= icd;

const shared = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default mergeConfig(
  vite,
  defineConfig({
    test: {
      passWithNoTests: false,
      // One copy of tfjs-core: its packages go through Vite, which takes their ESM files, all of them.
      server: { deps: { inline: [/@tensorflow\//] } },
      reporters: ['default'],
      outputFile: { json: 'node_modules/.cache/pebr/unit.json' },
      projects: [
        {
          extends: true,
          test: { ...shared, name: 'engine', environment: 'node', include: ['src/**/*.test.ts'] },
        },
        {
          extends: true,
          test: { ...shared, name: 'page', environment: 'jsdom', include: ['src/**/*.test.tsx'] },
        },
      ],
    },
  }),
);

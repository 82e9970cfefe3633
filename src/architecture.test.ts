/**
 * The import rules of the house, as an allow-list: what is not allowed here fails.
 * A type-only import counts as one too, except where a rule says "types".
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Engine modules without state, device or I/O: the page may call them on what the worker sent. */
const pureEngine = [
  'engine/random.ts',
  /^engine\/tasks\//,
  /^engine\/rewards\//,
  /^engine\/eval\/(compare|measures|summarise)\.ts$/,
  /^engine\/rl\/(advantage|objectiveReference|split|metrics|metricDefinitions|presets)\.ts$/,
  /^engine\/rl\/explain\//,
];

type Rule = readonly (string | RegExp)[];

/** Layer → what else of ours it may import: for values, and for types alone. Its own folder always. */
const layers: Record<string, { values: Rule; types: Rule }> = {
  engine: { values: [], types: [] },
  worker: { values: [/^engine\//], types: [] },
  // Files from outside are read by the engine's own readers.
  runs: {
    values: [
      'worker/protocol.ts',
      'engine/model/safetensors.ts',
      'engine/rl/mergeConfig.ts',
      /^engine\/tasks\/(imported|images)\//,
    ],
    types: [/^engine\//],
  },
  // Presets are data: a config is kept as its difference from one. Built-in questions are drawn from their addresses.
  state: {
    values: [
      'worker/client.ts',
      'worker/protocol.ts',
      'worker/sandbox.ts',
      /^runs\//,
      'engine/rl/presets.ts',
      'engine/tasks/index.ts',
    ],
    types: [/^engine\//],
  },
  ui: { values: [], types: [/^engine\//] },
  panels: { values: [/^state\//, /^ui\//, /^runs\//, ...pureEngine], types: [/^engine\//, /^worker\//] },
  cli: { values: [/^engine\//, /^runs\//], types: [] },
  bench: { values: [/^engine\//], types: [] },
  e2e: { values: [], types: [] },
};

/** Packages a layer may not import. */
const page = [/^react/, /^zustand/, /^recharts/, /^lucide-react/, /^@tanstack\//, /^idb$/];
const tensors = [/^@tensorflow\//, /^webgpu$/];
const forbiddenPackages: Record<string, readonly RegExp[]> = {
  engine: [...page, /^jsdom$/],
  worker: page,
  cli: page,
  runs: [/^react/, /^recharts/, /^lucide-react/, ...tensors],
  state: [/^recharts/, /^lucide-react/, ...tensors],
  ui: [/^zustand/, /^idb$/, ...tensors],
  panels: [/^idb$/, ...tensors],
};

/** Known breaks of the rules, `from → to`. This list only shrinks. */
const debts: readonly string[] = [];

interface Import {
  from: string;
  line: number;
  target: string;
  typeOnly: boolean;
  /** Named by new URL(): a worker or a file, which does not become part of the importing chunk. */
  address: boolean;
}

const folders = ['src', 'e2e', 'bench'].filter((folder) => existsSync(join(root, folder)));
const sources = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mts|js|mjs|css)$/.test(name))
    .map((name) => join(folder, name).split(sep).join('/')),
);
const text = (file: string) => readFileSync(join(root, file), 'utf8');
/** Tests may reach for fixtures and tools; the layering they live in still holds. */
const isTest = (file: string) => /\.test\.tsx?$/.test(file);

const patterns = [
  // import … from '…' and export … from '…', over several lines
  /^[ \t]*(?:import|export)\b(?<clause>[^'"`;]*?)\bfrom\s*['"](?<target>[^'"]+)['"]/gm,
  /^[ \t]*import\s*['"](?<target>[^'"]+)['"]/gm,
  /\bimport\(\s*(?:\/\*[^*]*\*\/\s*)?['"`](?<target>[^'"`]+)['"`]/g,
  /\bnew URL\(\s*['"`](?<target>[^'"`]+)['"`]\s*,\s*import\.meta\.url/g,
  /\b(?:vi|vitest)\.\w*[mM]ock\(\s*['"](?<target>[^'"]+)['"]/g,
];

/** Every module a file names: static, side-effect, dynamic, worker and mocked ones. */
function importsOf(from: string): Import[] {
  const code = text(from);
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => {
      const clause = match.groups?.clause?.trim() ?? '';
      const named = /^\{(.*)\}$/s
        .exec(clause)?.[1]
        .split(',')
        .filter((name) => name.trim() !== '');
      const typeOnly = /^type\b/.test(clause) || named?.every((name) => /^\s*type\s/.test(name)) === true;
      const line = code.slice(0, match.index).split('\n').length;
      const address = match[0].startsWith('new URL');
      return { from, line, target: match.groups?.target ?? '', typeOnly, address };
    }),
  );
}

const imports = sources.filter((file) => !file.endsWith('.css')).flatMap(importsOf);
const isRelative = (target: string) => target.startsWith('.');
const show = ({ from, line, target }: Import) => `${from}:${line} → ${target}`;

/** Path of one of our modules without the leading src/ and without Vite's ?url and the like. */
function ours({ from, target }: Import): string {
  const path = resolve(root, dirname(from), target.replace(/\?.*$/, ''));
  return relative(root, path)
    .split(sep)
    .join('/')
    .replace(/^src\//, '');
}

const layerOf = (path: string) => path.replace(/^src\//, '').split('/')[0];
const matches = (rule: Rule, path: string) =>
  rule.some((entry) => (typeof entry === 'string' ? entry === path : entry.test(path)));

/** Why an import between our own modules is not allowed, or null. */
function offence(edge: Import): string | null {
  const file = edge.from.replace(/^src\//, '');
  const layer = layerOf(file);
  const rules = layers[layer];
  // main.tsx and other files at the top of src are the composition root.
  if (!rules) return null;
  const target = ours(edge);
  const inside = target === layer || target.startsWith(`${layer}/`);
  if (inside) {
    const panel = file.split('/')[1];
    const sibling = layer === 'panels' && file.split('/').length > 2 && target.split('/')[1] !== panel;
    return sibling ? `${show(edge)}: panels do not import each other` : null;
  }
  if (isTest(edge.from) && /^(fixtures|scripts|public)\//.test(target)) return null;
  if (matches(rules.values, target) || (edge.typeOnly && matches(rules.types, target))) return null;
  const types = matches(rules.types, target) ? ' (types only)' : '';
  return `${show(edge)}: ${layer} may not import ${target}${types}`;
}

describe('architecture', () => {
  test('there are sources to look at', () => {
    expect(imports.length).toBeGreaterThan(20);
    expect(sources).toEqual(expect.arrayContaining(['src/main.tsx', 'e2e/smoke.spec.ts']));
  });

  test('every layer imports only what it may', () => {
    const found = imports.filter(({ target }) => isRelative(target)).map(offence);
    const open = found.filter((text) => text !== null && !debts.some((debt) => text.startsWith(debt)));
    expect(open).toEqual([]);
  });

  test('a paid debt leaves the list', () => {
    const found = imports.filter(({ target }) => isRelative(target)).map(offence);
    expect(debts.filter((debt) => !found.some((text) => text?.startsWith(debt)))).toEqual([]);
  });

  test('packages stay in the layers they belong to', () => {
    const wrong = imports.filter(({ from, target, typeOnly }) => {
      if (isRelative(target) || typeOnly) return false;
      return (forbiddenPackages[layerOf(from)] ?? []).some((pattern) => pattern.test(target));
    });
    expect(wrong.filter(({ from }) => !isTest(from)).map(show)).toEqual([]);
  });

  test('what the page loads reaches no tensors: they live in the worker', () => {
    const reached = new Map([['src/main.tsx', 'src/main.tsx']]);
    const found: string[] = [];
    for (const [file, path] of reached) {
      for (const edge of imports) {
        if (edge.from !== file || edge.typeOnly || edge.address) continue;
        const way = `${path} → ${edge.target}`;
        if (tensors.some((pattern) => pattern.test(edge.target))) found.push(way);
        const next = isRelative(edge.target) ? `src/${ours(edge)}` : null;
        if (next && !reached.has(next)) reached.set(next, `${path} → ${ours(edge)}`);
      }
    }
    expect(found).toEqual([]);
  });

  test('the umbrella @tensorflow/tfjs is imported by bench alone', () => {
    const umbrella = imports.filter(({ target }) => /^@tensorflow\/tfjs(\/|$)/.test(target));
    expect(umbrella.filter(({ from }) => !from.startsWith('bench/')).map(show)).toEqual([]);
  });

  test('relative imports name their file with its extension', () => {
    // A folder in new URL() ends in a slash, a name put together there in a brace.
    const bare = imports.filter(({ target }) => isRelative(target) && !/(\/|\}|\.\w+(\?.*)?)$/.test(target));
    expect(bare.map(show)).toEqual([]);
  });

  test('no file is longer than 300 lines', () => {
    const long = sources.map((file) => ({ file, lines: text(file).trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > 300)).toEqual([]);
  });

  test('no file names a folder of somebody’s machine', () => {
    const personal = /(["'`(\s])(\/(home|root|Users|work|tmp|mnt)\/|[A-Z]:\\)/;
    const wrong = sources.filter((file) => file !== 'src/architecture.test.ts' && personal.test(text(file)));
    expect(wrong).toEqual([]);
  });
});

/** Command-line options: one table a command serves parsing, checking and --help. */
import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

export interface OptionSpec {
  readonly type: 'string' | 'integer' | 'number' | 'flag';
  readonly help: string;
  /** Shown in help, e.g. DIR. */
  readonly value?: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Smallest value of an integer or number. */
  readonly minimum?: number;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  /** Name of the positional argument, when the command takes one. */
  readonly positional?: string;
  run(options: Options): Promise<number>;
}

/** Options every command takes. */
export const COMMON_OPTIONS = {
  seed: { type: 'integer', value: 'N', help: 'seed of every random draw', default: '1' },
  backend: { type: 'string', choices: ['webgpu', 'wasm', 'cpu'], help: 'force a compute backend' },
} as const satisfies OptionSpecs;

/** Parsed options; a getter throws UsageError where a value is missing or malformed. */
export class Options {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #specs: OptionSpecs;
  readonly positional: string | undefined;

  constructor(
    specs: OptionSpecs,
    values: Readonly<Record<string, string | boolean | undefined>>,
    positional?: string,
  ) {
    this.#specs = specs;
    this.#values = values;
    this.positional = positional;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }
  text(name: string): string | undefined {
    const value = this.#values[name] ?? this.#specs[name]?.default;
    return typeof value === 'string' ? value : undefined;
  }
  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : Number(text);
  }
  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name} is missing.`);
    return value;
  }
  requiredNumber(name: string): number {
    return Number(this.requiredText(name));
  }
}

/** Reads a command's arguments. Throws UsageError naming the option and the value received. */
export function parseOptions(command: CommandSpec, args: readonly string[]): Options {
  const specs = command.options;
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: command.positional !== undefined,
      options: Object.fromEntries(
        Object.entries(specs).map(([name, spec]) => [
          name,
          { type: spec.type === 'flag' ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message.split('. To specify')[0] : String(cause));
  }
  const { values, positionals } = parsed;
  for (const [name, spec] of Object.entries(specs)) checkOption(name, spec, values[name]);
  if (command.positional && positionals.length !== 1) {
    throw new UsageError(
      `${command.name} takes exactly one ${command.positional}, got ${positionals.length}.`,
    );
  }
  return new Options(specs, values, positionals[0]);
}

function checkOption(name: string, spec: OptionSpec, value: string | boolean | undefined): void {
  if (value === undefined) {
    if (spec.required) throw new UsageError(`--${name} ${spec.value ?? ''} is missing: ${spec.help}.`);
    return;
  }
  if (typeof value !== 'string') return;
  if (spec.choices && !spec.choices.includes(value)) {
    throw new UsageError(`--${name} is one of ${spec.choices.join(', ')}; got "${value}".`);
  }
  if (spec.type !== 'integer' && spec.type !== 'number') return;
  const number = Number(value);
  const kind = spec.type === 'integer' ? 'a whole number' : 'a number';
  if (
    value.trim() === '' ||
    !Number.isFinite(number) ||
    (spec.type === 'integer' && !Number.isSafeInteger(number))
  ) {
    throw new UsageError(`--${name} takes ${kind}; got "${value}".`);
  }
  if (spec.minimum !== undefined && number < spec.minimum) {
    throw new UsageError(`--${name} is at least ${spec.minimum}; got ${value}.`);
  }
}

/** The text of `COMMAND --help`. */
export function helpText(command: CommandSpec): string {
  const usage = `Usage: npm run pebr -- ${command.name}${command.positional ? ` ${command.positional}` : ''} [options]`;
  const rows = Object.entries(command.options).map(([name, spec]) => {
    const value = spec.choices ? spec.choices.join('|') : (spec.value ?? '');
    const notes = [
      spec.required ? 'required' : '',
      spec.default === undefined ? '' : `default ${spec.default}`,
    ];
    const note = notes.filter(Boolean).join(', ');
    return [`--${name} ${value}`.trim(), `${spec.help}${note ? ` (${note})` : ''}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    usage,
    '',
    command.summary,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`),
    '',
  ].join('\n');
}

import { expect, test } from 'vitest';
import { parseNumber } from '../../ui/index.ts';
import { showValue } from './values.ts';

const real = { kind: 'number', least: 0, most: 3 } as const;
const whole = { kind: 'number', least: 2, most: 64, integer: true } as const;

test('reads numbers as people write them', () => {
  expect(parseNumber('1e-4', real)).toBe(1e-4);
  expect(parseNumber(' 0,5 ', real)).toBe(0.5);
  expect(parseNumber('8', whole)).toBe(8);
});

test.each([
  ['', real],
  ['abc', real],
  ['4', real],
  ['-1', real],
  ['Infinity', real],
  ['2.5', whole],
  ['1', whole],
])('refuses %j, naming it and what is allowed', (text, spec) => {
  const message = parseNumber(text, spec);
  expect(message).toContain(`“${text}”`);
  expect(message).toContain(`from ${spec.least} to ${spec.most}`);
});

test('shows null and options by their names', () => {
  expect(showValue(null, { ...real, off: 'off' })).toBe('off');
  expect(showValue(true, { kind: 'choice', options: [{ value: true, label: 'yes' }] })).toBe('yes');
  expect(showValue(Number.MAX_SAFE_INTEGER, whole)).toBe('all');
});

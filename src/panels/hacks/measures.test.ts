import { expect, it } from 'vitest';
import { endsOf } from './measures.ts';

it('takes the means of the first and the last ten steps', () => {
  const values = Float64Array.from({ length: 30 }, (_, i) => i + 1);
  expect(endsOf(values)).toEqual({ first: 5.5, last: 25.5 });
});

it('has no last mean before there are later steps, and leaves out what a step has not', () => {
  expect(endsOf(Float64Array.of(1, NaN, 3))).toEqual({ first: 2, last: null });
  expect(endsOf(new Float64Array(20).fill(NaN))).toEqual({ first: null, last: null });
  expect(endsOf(new Float64Array())).toEqual({ first: null, last: null });
});

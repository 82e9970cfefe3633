/** A number that must be finite is not; nothing was changed by the phase that found it. */
export class NonFiniteError extends Error {
  readonly phase: string;
  constructor(phase: string, quantity: string, value: number) {
    super(`${phase}: the ${quantity} is ${value}; the parameters are as they were before this update`);
    this.name = 'NonFiniteError';
    this.phase = phase;
  }
}

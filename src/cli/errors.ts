/** How a command ends badly: 2 for wrong usage, 1 when a check or the data failed. */

export class UsageError extends Error {
  readonly exitCode = 2;
}

export class DataError extends Error {
  readonly exitCode = 1;
}

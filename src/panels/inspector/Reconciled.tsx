import { formatSigned } from '../../ui/index.ts';

/** Rounding left between two float64 sums of the same numbers. */
const TOLERANCE = 1e-9;

/** Whether a number computed again equals the stored one, with the difference if it does not. */
export function Reconciled({ difference, testId }: { readonly difference: number; readonly testId: string }) {
  const ok = Math.abs(difference) <= TOLERANCE;
  return (
    <span
      className="in-reconciled"
      data-ok={ok}
      data-testid={testId}
      title="Computed again from the stored evidence, against the number that trained the policy"
    >
      {ok ? 'reconciles ✓' : `does not reconcile ✗ (${formatSigned(difference, 6)})`}
    </span>
  );
}

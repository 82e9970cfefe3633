import { useSession, useWarmedStart, warmupText } from '../../../state/index.ts';
import type { WarmupRound } from '../../../engine/rl/warmupRound.ts';
import { formatNumber } from '../../../ui/index.ts';

/** What the run starts from, and what its warm-ups did to it. */
export function WarmedStartView() {
  const warmed = useWarmedStart();
  const checkpoint = useSession((state) => state.run?.checkpointName);
  const hasSplit = useSession((state) => state.split !== null);
  if (!warmed) {
    return (
      <p data-testid="warmup-start">
        This run starts from <strong>{checkpoint}</strong> as shipped.
      </p>
    );
  }
  return (
    <>
      <p data-testid="warmup-start">
        This run starts from <strong>{checkpoint}, warmed up here</strong>: {warmupText(warmed.rounds)}. Reset
        comes back to it, and its KL reference is this policy.
      </p>
      {!hasSplit && (
        <p data-testid="warmup-split">
          A difficulty split made before was of another policy and no longer applies: Play estimates it anew.
        </p>
      )}
      <Effect rounds={warmed.rounds} />
    </>
  );
}

function Effect({ rounds }: { readonly rounds: readonly WarmupRound[] }) {
  const { n, part } = rounds[0].measured;
  return (
    <table className="ui-table stages-warmup-effect">
      <caption>
        Before and after, greedy on the first {n} {part === 'heldout' ? 'held-out' : 'train'} samples
      </caption>
      <thead>
        <tr>
          <th scope="col">policy</th>
          <th scope="col" data-numeric="true">
            accuracy
          </th>
          <th scope="col" data-numeric="true">
            description F1
          </th>
          <th scope="col" data-numeric="true">
            training loss
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">before</th>
          <Measures measures={rounds[0].measured.before} />
          <td data-numeric="true">–</td>
        </tr>
        {rounds.map(({ policyHash, steps, measured, firstLoss, lastLoss }) => (
          <tr key={policyHash}>
            <th scope="row">
              after {steps} {steps === 1 ? 'step' : 'steps'}
            </th>
            <Measures measures={measured.after} />
            <td data-numeric="true">
              {formatNumber(firstLoss)} → {formatNumber(lastLoss)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Measures({ measures }: { readonly measures: WarmupRound['measured']['after'] }) {
  return [measures.accuracy, measures.description_f1].map((value, i) => (
    <td key={i} data-numeric="true">
      {formatNumber(value, 2)}
    </td>
  ));
}

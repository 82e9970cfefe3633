import { useControl, useOverlayIds, useRuns } from '../../state/index.ts';
import { compareRuns, type Compared } from './compareRuns.ts';

/** The run under way, the overlaid ones and the control run, side by side; nothing when there is only one. */
export function Comparison() {
  const runs = useRuns((state) => state.runs);
  const overlays = useOverlayIds();
  const control = useControl((state) => state.control);
  const live = runs.filter(({ origin, step }) => origin === 'live' && step > 0);
  const stored = overlays.flatMap((id) => runs.filter((run) => run.id === id && run.origin === 'stored'));
  const compared: Compared[] = [...live, ...stored];
  if (control) compared.push({ ...control, id: 'control', name: 'control (no stage 1)' });
  if (compared.length < 2) return null;
  const rows = compareRuns(compared);
  const isSame = rows.every(({ kind }) => kind === 'score');
  return (
    <section className="runs-comparison" data-testid="runs-comparison">
      <h3>Compared</h3>
      <div className="runs-scroll" tabIndex={0} role="region" aria-label="Runs compared">
        <table>
          <caption>
            {isSame ? 'Their configs are the same.' : 'Where their configs differ, and their best scores.'}{' '}
            Rewards of different stages or weights are different scales.
          </caption>
          <thead>
            <tr>
              <td />
              {compared.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, kind, cells }) => (
              <tr key={label} data-kind={kind}>
                <th scope="row">{kind === 'field' ? <code>{label}</code> : label}</th>
                {cells.map((cell, at) => (
                  <td key={compared[at].id}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

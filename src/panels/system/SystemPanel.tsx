import { exportCheckpoint, sessionStore, useSession } from '../../state/index.ts';
import { Bar, Button, formatCompact, formatSeconds, formatShare, Panel } from '../../ui/index.ts';
import { Benchmark } from './Benchmark.tsx';
import { CopyButton } from './CopyButton.tsx';
import { diagnostics } from './diagnostics.ts';
import { Mismatch } from './Mismatch.tsx';
import './system.css';

/** What the page runs on. */
export function SystemPanel() {
  return (
    <Panel
      title="System"
      testId="panel-system"
      actions={
        <>
          <ExportButton />
          <CopyButton
            label="Copy diagnostics"
            text={() => diagnostics(sessionStore.getState(), navigator.userAgent)}
          />
        </>
      }
    >
      <div className="system-grid">
        <Backend />
        <Memory />
        <Timing />
        <Mismatch />
      </div>
      <Benchmark />
      <Log />
    </Panel>
  );
}

function ExportButton() {
  const hasRun = useSession((state) => state.run !== null);
  return (
    <Button
      disabled={!hasRun}
      onClick={exportCheckpoint}
      title="The weights as they are now, in Hugging Face’s layout"
    >
      Export checkpoint
    </Button>
  );
}

function Backend() {
  const backend = useSession((state) => state.backend);
  if (!backend) return null;
  const { adapter } = backend;
  return (
    <section>
      <h3>Backend</h3>
      <p>
        <strong>{backend.name}</strong>: {backend.reason}
      </p>
      <p>
        {adapter
          ? `Adapter: ${[adapter.vendor, adapter.architecture, adapter.device, adapter.description].filter(Boolean).join(' · ')}${adapter.isSoftware ? ' (computes on the CPU)' : ''}`
          : 'No WebGPU adapter was found or asked for.'}
      </p>
      {backend.fusedOps && (
        <p>
          Fused ops: <strong>{backend.fusedOps.on ? 'on' : 'off'}</strong>, {backend.fusedOps.why}
        </p>
      )}
      {backend.matmul && <p>Matmul: {backend.matmul}, measured at the start</p>}
      <ul>
        {backend.tried.map((attempt) => (
          <li key={attempt.name}>
            {attempt.ok ? '✓' : '✗'} {attempt.name}: {attempt.why}
          </li>
        ))}
      </ul>
      <p className="system-quiet">
        Another one: add <code>?backend=webgpu</code>, <code>wasm</code> or <code>cpu</code> to the address.
      </p>
    </section>
  );
}

function Memory() {
  const memory = useSession((state) => state.memory);
  return (
    <section>
      <h3>Memory</h3>
      {memory ? (
        <dl>
          <dt>tensors</dt>
          <dd>{memory.tensors}</dd>
          <dt>held by them</dt>
          <dd>{formatCompact(memory.bytes / 2 ** 20)} MiB</dd>
          {memory.poolBytes !== null && (
            <>
              <dt>held by the GPU’s pool</dt>
              <dd>{formatCompact(memory.poolBytes / 2 ** 20)} MiB</dd>
            </>
          )}
          {memory.bufferBytes !== null && (
            <>
              <dt>held by parameters and plans</dt>
              <dd>{formatCompact(memory.bufferBytes / 2 ** 20)} MiB</dd>
            </>
          )}
        </dl>
      ) : (
        <p>Nothing allocated yet.</p>
      )}
    </section>
  );
}

function Timing() {
  const timing = useSession((state) => state.timing);
  const entries = Object.entries(timing).filter(([, seconds]) => seconds > 0);
  const total = entries.reduce((sum, [, seconds]) => sum + seconds, 0);
  return (
    <section>
      <h3>Time by phase</h3>
      {total === 0 ? (
        <p>No phase has run yet.</p>
      ) : (
        <table className="system-timing">
          <tbody>
            {entries.map(([phase, seconds]) => (
              <tr key={phase}>
                <th scope="row">{phase}</th>
                <td>
                  <Bar
                    share={seconds / total}
                    label={`${phase}: ${formatShare(seconds / total)} of the time`}
                  />
                </td>
                <td>{formatSeconds(seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Log() {
  const log = useSession((state) => state.log);
  return (
    <section>
      <h3 id="system-log">Log</h3>
      <ol className="system-log" aria-labelledby="system-log" tabIndex={0}>
        {log.map((line, i) => (
          <li key={i}>
            <time>{new Date(line.at).toLocaleTimeString()}</time> {line.text}
          </li>
        ))}
      </ol>
    </section>
  );
}

import { useState } from 'react';
import {
  benchmark,
  cancelBenchmark,
  evaluationBlocker,
  useBenchmark,
  useBenchmarkError,
  useSession,
  type BenchmarkResult,
} from '../../state/index.ts';
import { Button, formatShare } from '../../ui/index.ts';
import {
  KERNEL_WORDS,
  kernelTable,
  reportFacts,
  reportMarkdown,
  reportTable,
  reportWords,
  type ReportTable,
} from './benchmarkReport.ts';
import { CopyButton } from './CopyButton.tsx';

/** What this machine takes for the work of a step. */
export function Benchmark() {
  const result = useBenchmark((state) => state.result);
  const progress = useBenchmark((state) => state.progress);
  const error = useBenchmarkError();
  return (
    <section className="system-benchmark" aria-labelledby="system-benchmark" data-testid="benchmark">
      <h3 id="system-benchmark">Benchmark</h3>
      {progress ? (
        <p>
          <progress value={progress.done} max={progress.total} aria-label="Benchmark done" />{' '}
          {formatShare(Math.round((100 * progress.done) / progress.total) / 100)}{' '}
          <Button onClick={cancelBenchmark}>Cancel the benchmark</Button>
        </p>
      ) : (
        <Action />
      )}
      {error && (
        <p role="alert">
          ⚠ {error.message} {error.suggestion}
        </p>
      )}
      {result && <Result key={result.at} result={result} />}
    </section>
  );
}

function Action() {
  const backend = useSession((state) => state.backend);
  const hasRun = useSession((state) => state.run !== null);
  const blocker = useSession(({ status }) => evaluationBlocker(status, 'benchmark'));
  const [withoutFusedOps, setWithoutFusedOps] = useState<boolean | null>(null);
  if (!backend) return null;
  const isGpu = backend.name === 'webgpu';
  const isSoftware = backend.adapter?.isSoftware === true;
  const why = blocker ?? (hasRun ? null : 'The model is still loading.');
  const both = backend.fusedOps?.on === true && (withoutFusedOps ?? !isSoftware);
  return (
    <>
      {backend.fusedOps?.on && (
        <label className="system-choice">
          <input type="checkbox" checked={both} onChange={() => setWithoutFusedOps(!both)} /> with fused ops
          off too{isSoftware && ', which takes minutes on this adapter'}
        </label>
      )}
      <p>
        <Button
          disabled={why !== null}
          aria-describedby="system-benchmark-why"
          onClick={() => benchmark({ withoutFusedOps: both })}
        >
          Benchmark this {isGpu && !isSoftware ? 'GPU' : 'CPU'}
        </Button>{' '}
        <span id="system-benchmark-why" className="system-quiet">
          {why ?? 'Under a minute on most machines. The run stays as it is; nothing is sent.'}
        </span>
      </p>
    </>
  );
}

function Result({ result }: { readonly result: BenchmarkResult }) {
  const kernels = kernelTable(result);
  return (
    <div data-testid="benchmark-result">
      <Table table={reportTable(result)} labelledBy="system-benchmark" />
      <p>{reportWords(result)}</p>
      {kernels && (
        <>
          <p id="system-kernels">{KERNEL_WORDS}:</p>
          <Table table={kernels} labelledBy="system-kernels" />
        </>
      )}
      <dl>
        {reportFacts(result).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <CopyButton label="Copy as Markdown" text={() => reportMarkdown(result)} />
    </div>
  );
}

function Table({
  table: { head, rows },
  labelledBy,
}: {
  readonly table: ReportTable;
  readonly labelledBy: string;
}) {
  return (
    <div className="system-scroll" role="group" aria-labelledby={labelledBy} tabIndex={0}>
      <table className="system-report">
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([work, ...numbers]) => (
            <tr key={work}>
              <th scope="row">{work}</th>
              {numbers.map((number, column) => (
                <td key={head[column + 1]}>{number}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

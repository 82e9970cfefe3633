import { Map as MapIcon, Play } from 'lucide-react';
import {
  isPristine,
  openLesson,
  runCommand,
  useAwaitedRecorded,
  useEnabled,
  useIsRecorded,
  useSampleImage,
  useSamples,
  useSession,
  useWarmedStart,
} from './state/index.ts';
import type { SampleRow } from './state/index.ts';
import { Button, ImageView } from './ui/index.ts';
import './welcome.css';

const EXAMPLES = 3;

/** Before anything was computed: what this is, what to press, and what will happen. */
export function Welcome() {
  const isShown = useSession(
    (state) => isPristine(state) && state.status !== 'failed' && state.progress === null,
  );
  const config = useSession((state) => state.config);
  const enabled = useEnabled('play');
  // A recorded run comes with a notice of its own.
  const isRecorded = useIsRecorded();
  // Who has warmed up a policy knows.
  const isWarmed = useWarmedStart() !== null;
  const isAwaited = useAwaitedRecorded() !== null;
  if (isWarmed || !isShown || isRecorded || isAwaited) return null;
  const { split, promptsPerStep, groupSize } = config;
  return (
    <section className="app-welcome" aria-label="Start here">
      <div className="app-welcome-buttons">
        <Button variant="primary" disabled={!enabled} onClick={() => runCommand('play')}>
          <Play size={18} aria-hidden="true" /> {enabled ? 'Play' : 'Loading…'}
        </Button>
        <Button onClick={() => void openLesson('tour')}>
          <MapIcon size={16} aria-hidden="true" /> Show me around
        </Button>
      </div>
      <div>
        <h2>Press Play: a small model learns to see, then to reason, in this tab</h2>
        <p>
          It looks at pictures and answers questions. Each answer is rewarded, better ones become likelier
          (GRPO). You see every number that trained it. Sub-step shows one phase at a time.
        </p>
      </div>
      <ol>
        <li>
          <strong>0 · Split the questions</strong>
          {split.questions} questions, {split.n} tries each: always right is easy, sometimes is medium, never
          is hard.
        </li>
        <li data-stage="perception">
          <strong>1 · Perception</strong>
          {promptsPerStep} easy questions a step, {groupSize} answers each, rewarded for the description.
        </li>
        <li data-stage="reasoning">
          <strong>2 · Reasoning</strong>
          Medium questions, rewarded for the final answer.
        </li>
      </ol>
      <Examples />
    </section>
  );
}

/** A few questions with their pictures, so that the words above have a face. */
function Examples() {
  const { rows } = useSamples({ part: 'train', offset: 0, count: EXAMPLES });
  return (
    <ul className="app-pictures app-examples" aria-label="Questions it trains on">
      {rows.map((row) => (
        <Example key={row.qid} row={row} />
      ))}
    </ul>
  );
}

function Example({ row }: { readonly row: SampleRow }) {
  const image = useSampleImage(row.qid);
  return (
    <li>
      <ImageView image={image} size={72} alt="" />
      <p>
        {row.problem} <b>{row.answer}</b>
      </p>
    </li>
  );
}

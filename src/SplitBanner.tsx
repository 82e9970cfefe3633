import { difficultyOf, runCommand, setLayout, useSampleImage, useSession } from './state/index.ts';
import type { SplitEntry } from './engine/index.ts';
import { Button, DifficultyMark, ImageView, PassRate } from './ui/index.ts';

/** Newest questions shown while the split is estimated. */
const SHOWN = 8;
const DIFFICULTIES = ['easy', 'medium', 'hard'] as const;

/** The first split under way: what it finds, as it finds it. */
export function SplitBanner() {
  const split = useSession((state) => state.split);
  const remaining = useSession((state) => state.splitRemaining);
  const seconds = useSession((state) => state.timing.split ?? 0);
  const config = useSession((state) => state.config.split);
  const isShown = useSession(
    (state) => state.phase === 'split' && state.step === 0 && state.status !== 'booting',
  );
  const isBusy = useSession((state) => state.status === 'running' || state.status === 'stepping');
  const done = split?.entries.length ?? 0;
  if (!isShown || (done === 0 && !isBusy)) return null;
  const total = done === 0 ? config.questions : done + remaining;
  const left = done > 0 && seconds > 0 ? Math.ceil((seconds / done) * remaining) : null;
  const count = (difficulty: (typeof DIFFICULTIES)[number]): number =>
    split?.entries.filter((entry) => difficultyOf(entry, split) === difficulty).length ?? 0;
  return (
    <section className="app-welcome" aria-label="Split under way">
      <div className="app-split-head">
        <h2>What can the model do already?</h2>
        <p>
          It answers each question {config.n} times. Always right is easy and goes to perception; sometimes
          right is medium and goes to reasoning. Training begins right after.
        </p>
        <div className="app-split-progress">
          <progress max={total} value={done} aria-label="Questions asked" />
          <span>
            {done} of {total} questions{left !== null && isBusy && `, about ${left} s left`}
          </span>
          {!isBusy && <Button onClick={() => runCommand('play')}>Go on</Button>}
          <Button onClick={() => setLayout({ tab: 'sampling' })}>Watch it in Data</Button>
        </div>
      </div>
      <ul className="app-split-counts">
        {DIFFICULTIES.map((difficulty) => (
          <li key={difficulty}>
            <DifficultyMark difficulty={difficulty} /> <b>{count(difficulty)}</b>
          </li>
        ))}
      </ul>
      <ul className="app-pictures" aria-label="Newest questions">
        {split?.entries.slice(-SHOWN).map((entry) => (
          <Picture key={entry.qid} entry={entry} difficulty={difficultyOf(entry, split)} />
        ))}
      </ul>
    </section>
  );
}

interface PictureProps {
  readonly entry: SplitEntry;
  readonly difficulty: (typeof DIFFICULTIES)[number];
}

function Picture({ entry, difficulty }: PictureProps) {
  const image = useSampleImage(entry.qid);
  return (
    <li>
      <ImageView image={image} size={64} alt="" />
      <PassRate correct={entry.correct} n={entry.n} difficulty={difficulty} />
    </li>
  );
}

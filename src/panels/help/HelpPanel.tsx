import { Fragment } from 'react';
import { Map as MapIcon } from 'lucide-react';
import {
  COMMANDS,
  EMBEDS,
  LESSON_NAMES,
  LESSONS,
  openLesson,
  runCommand,
  useLesson,
} from '../../state/index.ts';
import { Button, Panel } from '../../ui/index.ts';
import { Glossary } from './Glossary.tsx';
import type { GlossaryEntry } from './glossary.ts';
import './help.css';

const KEYS = 'keys';

/** Tour, lessons, glossary, limits, citation. */
export function HelpPanel({ entries }: { readonly entries: readonly GlossaryEntry[] }) {
  return (
    <Panel title="Help" testId="panel-help" actions={<KeysButton />}>
      <div className="help">
        <Lessons />
        <Limits />
        <Glossary entries={entries} />
        <Citation />
      </div>
    </Panel>
  );
}

/** The sheet of keys, where there is one. */
function KeysButton() {
  if (!COMMANDS.some(({ id }) => id === KEYS)) return null;
  return <Button onClick={() => runCommand(KEYS)}>Keys</Button>;
}

function Lessons() {
  const under = useLesson((state) => state.lesson?.name ?? null);
  return (
    <section className="help-section" aria-label="Lessons">
      <h3>Lessons</h3>
      <ul className="help-lessons">
        {LESSON_NAMES.map((name) => (
          <li key={name}>
            <strong>{LESSONS[name].title}</strong>
            <p>{LESSONS[name].about}</p>
            {name === 'tour' ? (
              <Button variant="primary" onClick={() => void openLesson(name)}>
                <MapIcon size={16} aria-hidden="true" /> Show me around
              </Button>
            ) : (
              <Button
                onClick={() => void openLesson(name)}
                aria-label={`Open the lesson: ${LESSONS[name].title}`}
              >
                {under === name ? 'Start over' : 'Open the lesson'}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className="help-quiet">
        A lesson locks what would change its run; looking is always free. Its address can be shared:{' '}
        <code>?lesson=advantage</code>.
      </p>
      <p className="help-quiet">
        One panel for a frame in a page of your own:{' '}
        {EMBEDS.map((id, i) => (
          <Fragment key={id}>
            {i > 0 && ', '}
            <a href={`?embed=${id}`} target="_blank" rel="noreferrer">
              <code>?embed={id}</code>
            </a>
          </Fragment>
        ))}
        .
      </p>
    </section>
  );
}

function Limits() {
  return (
    <section className="help-section" aria-label="Limits">
      <h3>Limits</h3>
      <p>
        This is a <strong>small model that shows the method, not PeBR-R1 itself</strong>. The shipped policies
        have a few hundred thousand parameters and know one family of drawn pictures each; on your own
        pictures they will be weak.
      </p>
      <p>
        Their warm-up teacher had planted faults (the model card in Setup names them), so that each stage has
        something to mend in a minute. The coarse scorer is a small dual encoder trained on the same scenes,
        not a CLIP. What happens here at this size need not happen at 7 billion parameters.
      </p>
    </section>
  );
}

const BIBTEX = `@article{chen2025perception,
  title   = {Perception Before Reasoning: Two-Stage Reinforcement Learning for Visual Reasoning in Vision-Language Models},
  author  = {Chen, Yan and Li, Long and Xi, Teng and Zeng, Long and Wang, Jingdong},
  journal = {arXiv preprint arXiv:2509.13031},
  year    = {2025},
  note    = {Code: https://github.com/cythu/PeBR-R1}
}`;

function Citation() {
  return (
    <section className="help-section" aria-label="Citation">
      <h3>Citation</h3>
      <p>The method is PeBR-R1; if you use this playground to talk about it, cite its authors:</p>
      <pre tabIndex={0} aria-label="BibTeX entry">
        {BIBTEX}
      </pre>
    </section>
  );
}

import { useRef, useState } from 'react';
import { Download, Pencil, Play, Plus, Trash2, Upload } from 'lucide-react';
import {
  bringOwnSamples,
  downloadOwnSamples,
  giveOwnSamples,
  leaveLesson,
  ownImage,
  removeOwnSample,
  saveOwnSample,
  useLocked,
  useOwnSamples,
} from '../../../state/index.ts';
import type { OwnSample } from '../../../state/index.ts';
import { Button, ImageView, Locked } from '../../../ui/index.ts';
import { BroughtLine } from './BroughtLine.tsx';
import { GivenLine } from './GivenLine.tsx';
import { fitted, OwnForm } from './OwnForm.tsx';
import './own.css';

const ICON = 16;
const THUMBNAIL = 64;

/** Samples that the reader makes: add, change, remove, train on them, take them away as a zip. */
export default function OwnSamples() {
  const samples = useOwnSamples((state) => state.samples);
  const isGiven = useOwnSamples((state) => state.given === state.samples);
  const isLocked = useLocked('setup');
  const [edited, setEdited] = useState<number | 'new' | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const [removed, setRemoved] = useState<OwnSample | null>(null);
  const sample = samples.find(({ number }) => number === edited) ?? null;
  const close = () => {
    setEdited(null);
    // The form takes the focus with it.
    body.current?.focus();
  };
  const remove = (gone: OwnSample) => {
    setRemoved(gone);
    if (edited === gone.number) setEdited(null);
    void removeOwnSample(gone.number);
  };
  return (
    <div className="own-body" ref={body} tabIndex={-1}>
      <p className="sa-quiet" data-testid="own-weak">
        The policy is weak on pictures unlike its own tasks’: rewards may hardly rise.
      </p>
      <StorageFault />
      <div className="own-tools">
        <Button
          variant={samples.length === 0 ? 'primary' : 'plain'}
          disabled={edited !== null}
          onClick={() => setEdited('new')}
        >
          <Plus size={ICON} aria-hidden="true" /> Add a sample
        </Button>
        <Locked locked={isLocked} onLeave={leaveLesson}>
          <Button
            variant={samples.length === 0 || isGiven ? 'plain' : 'primary'}
            disabled={samples.length === 0}
            onClick={giveOwnSamples}
          >
            <Play size={ICON} aria-hidden="true" /> Train on these
          </Button>
        </Locked>
        <Button disabled={samples.length === 0} onClick={downloadOwnSamples}>
          <Download size={ICON} aria-hidden="true" /> Download as a zip
        </Button>
        <BringBack />
        {removed && (
          <span role="status">
            own-{removed.number} removed.{' '}
            <Button
              onClick={() => {
                setRemoved(null);
                void saveOwnSample(removed, removed.number);
              }}
            >
              Undo
            </Button>
          </span>
        )}
      </div>
      <BroughtLine />
      <GivenLine />
      {edited !== null && <OwnForm key={edited} sample={sample} onDone={close} />}
      <ul className="own-list" aria-label="Your own samples">
        {samples.map((each) => (
          <OwnCard
            key={each.number}
            sample={each}
            onEdit={() => setEdited(each.number)}
            onRemove={() => remove(each)}
          />
        ))}
      </ul>
    </div>
  );
}

/** Samples of a zip, or of a JSON with its pictures, into the list. */
function BringBack() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <Upload size={ICON} aria-hidden="true" /> Add from a zip
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept=".json,.zip,.png,.jpg,.jpeg,.webp"
        hidden
        data-testid="own-zip"
        onChange={(event) => {
          void bringOwnSamples([...(event.target.files ?? [])]);
          // The same file can be chosen again.
          event.target.value = '';
        }}
      />
    </>
  );
}

interface OwnCardProps {
  readonly sample: OwnSample;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function OwnCard({ sample, onEdit, onRemove }: OwnCardProps) {
  const { number, problem, answer, key_words, picture } = sample;
  return (
    <li className="sa-card" data-testid="own-card">
      <ImageView
        image={ownImage(picture)}
        size={fitted(picture, THUMBNAIL)}
        alt={`Picture of own-${number}`}
      />
      <div>
        <p className="sa-problem" title={problem}>
          {problem}
        </p>
        <p className="sa-quiet sa-keywords">
          answer <code>{answer}</code> · own-{number}
        </p>
        <p className="sa-quiet sa-keywords">{key_words.join(', ') || 'no key words'}</p>
        <div className="own-tools">
          <Button variant="quiet" aria-label={`Edit own-${number}`} title="Edit" onClick={onEdit}>
            <Pencil size={ICON} aria-hidden="true" />
          </Button>
          <Button variant="quiet" aria-label={`Remove own-${number}`} title="Remove" onClick={onRemove}>
            <Trash2 size={ICON} aria-hidden="true" />
          </Button>
        </div>
      </div>
    </li>
  );
}

/** Says when samples do not outlast the page. */
function StorageFault() {
  const storage = useOwnSamples((state) => state.storage);
  if (!('message' in storage)) return null;
  return (
    <p className="sa-relaxed" role="alert" data-testid="own-unkept">
      <b>Not kept on this device:</b> {storage.message} What you add lasts until you close the page; download
      it as a zip.
      {storage.kind === 'full' && ' Deleting runs you no longer need, in the Runs tab, makes room.'}
    </p>
  );
}

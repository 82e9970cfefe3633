import { useId, useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import { Upload } from 'lucide-react';
import { readPicture } from '../../../runs/ownSetReader.ts';
import { ownImage, saveOwnSample } from '../../../state/index.ts';
import type { DrawnMark, OwnPicture, OwnSample } from '../../../state/index.ts';
import { Button, FormField, ImageView } from '../../../ui/index.ts';
import { checkTexts, splitKeywords, type TextErrors } from './check.ts';
import { DrawingPad } from './DrawingPad.tsx';
import { pictureOf, shownMarks } from './drawing.ts';

/** Larger side of the picture in the form, pixels. */
const SHOWN = 240;

interface OwnFormProps {
  /** The one that is changed; null: a new one. */
  readonly sample: OwnSample | null;
  readonly onDone: () => void;
}

/** Picture, problem, answer and key words of one sample; what the import would refuse is said at its field. */
export function OwnForm({ sample, onDone }: OwnFormProps) {
  const given = sample?.picture ?? null;
  const [source, setSource] = useState<'draw' | 'upload'>(given && !given.drawing ? 'upload' : 'draw');
  const [marks, setMarks] = useState<readonly DrawnMark[]>(given?.drawing ?? []);
  const [uploaded, setUploaded] = useState<OwnPicture | null>(given && !given.drawing ? given : null);
  const [problem, setProblem] = useState(sample?.problem ?? '');
  const [answer, setAnswer] = useState(sample?.answer ?? '');
  const [keywords, setKeywords] = useState(sample?.key_words.join(', ') ?? '');
  const [isTried, setTried] = useState(false);
  const [pictureFault, setPictureFault] = useState<string | null>(null);
  const pictureErrorId = useId();
  const input = useRef<HTMLInputElement>(null);

  const texts = { problem, answer, key_words: splitKeywords(keywords) };
  const isMissing = source === 'upload' ? uploaded === null : shownMarks(marks).length === 0;
  // Nothing is wrong before the first try; after it, what is mended is so at once.
  const errors: TextErrors = isTried ? checkTexts(texts) : {};
  const pictureError = pictureFault ?? (isTried && isMissing ? MISSING[source] : null);

  const choose = (next: 'draw' | 'upload') => {
    setSource(next);
    setPictureFault(null);
  };
  const upload = async (file: File | undefined) => {
    if (!file) return;
    try {
      setUploaded(await readPicture(file));
      setPictureFault(null);
    } catch (error) {
      setPictureFault(messageOf(error));
    }
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isMissing || Object.keys(checkTexts(texts)).length > 0) return;
    try {
      const isKept = given !== null && marks === given.drawing;
      const drawn = async () => (isKept ? given : pictureOf(marks));
      const picture = source === 'upload' && uploaded ? uploaded : await drawn();
      await saveOwnSample({ ...texts, picture }, sample?.number ?? null);
      onDone();
    } catch (error) {
      setPictureFault(messageOf(error));
    }
  };
  return (
    <form
      className="own-form"
      aria-label={sample ? `Edit own-${sample.number}` : 'New sample'}
      data-testid="own-form"
      noValidate
      ref={bringIntoView}
      onSubmit={(event) => void save(event)}
    >
      <div
        role="group"
        aria-label="Picture"
        aria-describedby={pictureError === null ? undefined : pictureErrorId}
      >
        <div className="own-tools" role="group" aria-label="Where the picture is from">
          <Button aria-pressed={source === 'draw'} onClick={() => choose('draw')}>
            Draw
          </Button>
          <Button aria-pressed={source === 'upload'} onClick={() => choose('upload')}>
            Upload
          </Button>
        </div>
        {source === 'draw' ? (
          <DrawingPad marks={marks} onChange={setMarks} />
        ) : (
          <div className="own-pad">
            {uploaded && (
              <ImageView
                image={ownImage(uploaded)}
                size={fitted(uploaded, SHOWN)}
                alt="The uploaded picture"
              />
            )}
            <Button onClick={() => input.current?.click()}>
              <Upload size={16} aria-hidden="true" /> {uploaded ? 'Choose another file' : 'Choose a file'}
            </Button>
            <input
              ref={input}
              type="file"
              accept=".png,.jpg,.jpeg,.webp"
              hidden
              data-testid="own-file"
              onChange={(event) => {
                void upload(event.target.files?.[0]);
                // The same file can be chosen again.
                event.target.value = '';
              }}
            />
            <p className="sa-quiet">One PNG, JPEG or WebP, up to 20 MB.</p>
          </div>
        )}
        {pictureError !== null && (
          <p id={pictureErrorId} className="ui-field-error" role="alert">
            Picture: {pictureError}
          </p>
        )}
      </div>
      <div className="own-texts">
        <FormField label="Problem" error={errors.problem}>
          {(field) => (
            <textarea
              {...field}
              className="ui-input"
              autoFocus
              rows={3}
              placeholder="How many red objects are there?"
              value={problem}
              onChange={(event) => setProblem(event.target.value)}
            />
          )}
        </FormField>
        <FormField label="Answer" error={errors.answer}>
          {(field) => (
            <input
              {...field}
              className="ui-input"
              placeholder="2"
              value={answer}
              onChange={(event) => setAnswer(event.target.value)}
            />
          )}
        </FormField>
        <FormField
          label="Key words"
          definition="What a good description of the picture names, separated by commas. The keyword reward is the share of them that a description has."
          hint="None: the keyword term has nothing to look for."
          error={errors.key_words}
        >
          {(field) => (
            <input
              {...field}
              className="ui-input"
              placeholder="red, circle"
              value={keywords}
              onChange={(event) => setKeywords(event.target.value)}
            />
          )}
        </FormField>
        <div className="own-tools">
          <Button type="submit" variant="primary">
            {sample ? 'Save changes' : 'Add the sample'}
          </Button>
          <Button onClick={onDone}>Cancel</Button>
        </div>
      </div>
    </form>
  );
}

/** In a low window it would open below the fold. */
function bringIntoView(form: HTMLElement | null): void {
  form?.scrollIntoView({ block: 'start' });
}

const MISSING = {
  draw: 'nothing is drawn yet; draw something, or upload a picture.',
  upload: 'none is chosen yet; choose a file, or draw one.',
};

function messageOf(error: unknown): string {
  return `${error instanceof Error ? error.message : String(error)}.`;
}

/** Drawn width at which neither side is longer than `most`. */
export function fitted({ width, height }: OwnPicture, most: number): number {
  return Math.max(1, Math.round(Math.min(most, (most * width) / height)));
}

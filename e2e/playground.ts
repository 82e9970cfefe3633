/** Drives the page as a reader would, and reads what it holds through `?testing=1`. */
import { expect, type Page } from '@playwright/test';

export interface Evidence {
  kind: 'clip' | 'keyword' | 'format' | 'length' | 'accuracy';
  similarity?: number | null;
  threshold?: number;
  keywords?: { found: boolean }[];
  headings?: { found: boolean }[];
  tokens?: number;
  limit?: number;
  correct?: boolean;
}
export interface Term {
  name: string;
  value: number;
  weight: number;
  evidence: Evidence;
}
export interface StepRecord {
  step: number;
  stage: string;
  metrics: Record<string, number>;
  groups: { qid: string; signal: string; rollouts: { response: string; reward: number; terms: Term[] }[] }[];
}
export interface SessionState {
  status: string;
  backend: { name: string; reason: string; adapter: { isSoftware: boolean } | null } | null;
  run: { policyHash: string } | null;
  policyHash: string | null;
  phase: string;
  step: number;
  stage: string;
  split: { easyFrom: number; mediumFrom: number } | null;
  tasks: { name: string; origin: string; sizes: { train: number } } | null;
  stageChanges: { atStep: number; from: string; to: string; reason: string }[];
  error: { where: string; message: string } | null;
}
interface Store<T> {
  getState(): T;
}
interface Testing {
  sessionStore: Store<SessionState>;
  recordsStore: Store<{ records: Map<number, StepRecord> }>;
  selectionStore: Store<{ step: number | null }>;
}
declare global {
  interface Window {
    pebr?: object;
  }
}

export class Playground {
  /** Everything the console, the network or an uncaught error complained about. */
  readonly complaints: string[] = [];

  constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('requestfailed', (request) =>
      this.complaints.push(`${request.url()} ${request.failure()?.errorText}`),
    );
  }

  /** Opens the page and waits until the model is loaded. */
  async open(query: string): Promise<void> {
    await this.page.goto(`/?testing=1&${query}`);
    await expect(this.page.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  }

  session(): Promise<SessionState> {
    return this.page.evaluate(() => (window.pebr as Testing).sessionStore.getState());
  }

  records(): Promise<StepRecord[]> {
    return this.page.evaluate(() => [...(window.pebr as Testing).recordsStore.getState().records.values()]);
  }

  selectedStep(): Promise<number | null> {
    return this.page.evaluate(() => (window.pebr as Testing).selectionStore.getState().step);
  }

  async press(name: 'Play' | 'Pause' | 'Step' | 'Sub-step' | 'Reset'): Promise<void> {
    const controls = this.page.getByRole('group', { name: 'Run' });
    await controls.getByRole('button', { name, exact: true }).click();
  }

  /** Sets a field of Setup, opening its section. */
  async edit(section: string, path: string, value: string): Promise<void> {
    const summary = this.page.locator('summary', { hasText: section });
    const details = this.page.locator('details.setup-section', { has: summary });
    if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
    const field = details.locator(`[data-path="${path}"]`);
    await field.fill(value);
    await field.press('Enter');
  }

  /** Waits until that many steps are done. */
  async reach(step: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => {
        const { step: done, error } = (window.pebr as Testing).sessionStore.getState();
        return done >= wanted || error !== null;
      },
      step,
      { timeout: 800_000 },
    );
    expect((await this.session()).error).toBeNull();
  }

  async rest(): Promise<void> {
    await expect(this.page.getByTestId('status')).toHaveText(/^(paused|ready)/, { timeout: 120_000 });
  }
}

/** A term's value from its evidence alone, as METHOD defines it. */
export function valueFrom(evidence: Evidence): number {
  const share = (found: { found: boolean }[] = []): number =>
    found.length === 0 ? 0 : found.filter((each) => each.found).length / found.length;
  switch (evidence.kind) {
    case 'clip': {
      const [s, threshold] = [evidence.similarity ?? 0, evidence.threshold ?? NaN];
      return s >= threshold ? 1 : s / threshold;
    }
    case 'keyword':
      return share(evidence.keywords);
    case 'format':
      return share(evidence.headings) === 1 ? 1 : 0;
    case 'length': {
      const [tokens, limit] = [evidence.tokens ?? NaN, evidence.limit ?? NaN];
      return tokens <= limit ? 1 : limit / (tokens + 1e-5);
    }
    case 'accuracy':
      return evidence.correct === true ? 1 : 0;
    default:
      return evidence.kind satisfies never;
  }
}

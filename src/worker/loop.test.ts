import { expect, test } from 'vitest';
import { Loop, type LoopHost, type PhaseEnd } from './loop.ts';
import { macrotask } from './macrotask.ts';

/** A host whose steps have `phases` phases; it notes what happens in order. */
class Host implements LoopHost {
  readonly events: string[] = [];
  readonly phases: number;
  count = 0;
  rests = 0;
  fails = false;

  constructor(phases: number) {
    this.phases = phases;
  }
  async runPhase(): Promise<PhaseEnd | null> {
    await macrotask();
    if (this.fails) return null;
    this.events.push(`phase ${this.count}`);
    this.count++;
    return { step: this.count % this.phases === 0, phase: true };
  }
  betweenPhases(): void {}
  onChange(): void {}
  async onRest(): Promise<void> {
    this.rests++;
  }
}

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let i = 0; i < 2000 && !isTrue(); i++) await macrotask();
  expect(isTrue()).toBe(true);
};

test('a sub-step runs one phase, a step runs to its end', async () => {
  const host = new Host(3);
  const loop = new Loop(host);
  loop.setMode('subStep');
  await until(() => loop.isResting());
  expect(host.count).toBe(1);
  loop.setMode('step');
  await until(() => loop.isResting() && !loop.inPhase);
  expect(host.count).toBe(3);
});

test('a pause takes hold at the end of the phase and the loop can be played again', async () => {
  const host = new Host(2);
  const loop = new Loop(host);
  loop.setMode('play');
  await until(() => host.count >= 3);
  loop.setMode('rest');
  await until(() => !loop.inPhase);
  const { count } = host;
  for (let i = 0; i < 20; i++) await macrotask();
  expect(host.count).toBe(count);
  expect(host.rests).toBeGreaterThan(0);
  loop.setMode('play');
  await until(() => host.count > count + 2);
  loop.setMode('rest');
});

test('jobs run between two phases, never inside one', async () => {
  const host = new Host(2);
  const loop = new Loop(host);
  loop.setMode('play');
  await until(() => host.count >= 2);
  let inPhase: boolean | null = null;
  loop.enqueue(async () => {
    inPhase = loop.inPhase;
    host.events.push('job');
    await macrotask();
    host.events.push('job ends');
  });
  await until(() => host.events.includes('job ends'));
  loop.setMode('rest');
  expect(inPhase).toBe(false);
  expect(host.events.indexOf('job ends')).toBe(host.events.indexOf('job') + 1);
});

test('a long wait between phases ends when the mode changes', async () => {
  const host = new Host(2);
  const loop = new Loop(host);
  loop.setDelay(60_000);
  loop.setMode('play');
  await until(() => host.count === 1 && !loop.inPhase);
  await macrotask(20);
  expect(host.count).toBe(1);
  loop.setMode('subStep');
  await until(() => host.count === 2);
});

test('a phase that failed brings the loop to rest', async () => {
  const host = new Host(2);
  host.fails = true;
  const loop = new Loop(host);
  loop.setMode('play');
  await until(() => host.rests > 0);
  expect(loop.isResting()).toBe(true);
  expect(host.count).toBe(0);
});

import {
  ChevronRight,
  Command,
  Dice5,
  Keyboard,
  Moon,
  Pause,
  Play,
  RotateCcw,
  StepForward,
  Sun,
  SunMoon,
} from 'lucide-react';
import { setLayout, setSpeed, useLayout, useLocked, useSession } from '../../state/index.ts';
import type { Theme } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';
import { BackendBadge } from './BackendBadge.tsx';
import { CommandButton, LOCKED } from './CommandButton.tsx';
import { KeepButton } from './KeepButton.tsx';
import { LayoutSelect } from './LayoutSelect.tsx';
import { PhaseStrip } from './PhaseStrip.tsx';
import { Readings } from './Readings.tsx';
import { StageChip } from './StageChip.tsx';
import { Status } from './Status.tsx';
import './transport.css';

const SPEEDS = [
  { delayMs: 0, label: 'full speed' },
  { delayMs: 500, label: '½ s a phase' },
  { delayMs: 1500, label: '1½ s a phase' },
  { delayMs: 4000, label: '4 s a phase' },
];
const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const ICON = 16;

/** The page's header. */
export function TransportBar() {
  return (
    <header className="transport" data-testid="panel-transport">
      <div className="transport-row">
        <div className="transport-brand">
          <h1>PeBR playground</h1>
          <p>A small model that shows the method, not PeBR-R1 itself.</p>
        </div>
        <div className="transport-controls" role="group" aria-label="Run">
          <PlayButton />
          <CommandButton id="step" icon={<StepForward size={ICON} aria-hidden="true" />} text="Step" />
          <CommandButton
            id="subStep"
            icon={<ChevronRight size={ICON} aria-hidden="true" />}
            text="Sub-step"
          />
          <CommandButton id="reset" icon={<RotateCcw size={ICON} aria-hidden="true" />} text="Reset" />
          <CommandButton id="newSeed" icon={<Dice5 size={ICON} aria-hidden="true" />} text="New seed" />
          <SpeedSelect />
          <KeepButton />
        </div>
        <div className="transport-end">
          <BackendBadge />
          <CommandButton id="palette" icon={<Command size={ICON} aria-hidden="true" />} />
          <CommandButton id="keySheet" icon={<Keyboard size={ICON} aria-hidden="true" />} />
          <ThemeButton />
        </div>
      </div>
      <div className="transport-row">
        <div className="transport-state">
          <Status />
          <PhaseStrip />
        </div>
        <StageChip />
        <Readings />
        <div className="transport-end">
          <LayoutSelect />
        </div>
      </div>
    </header>
  );
}

function PlayButton() {
  const busy = useSession((state) => state.status === 'running' || state.status === 'stepping');
  return busy ? (
    <CommandButton id="pause" icon={<Pause size={ICON} aria-hidden="true" />} text="Pause" primary />
  ) : (
    <CommandButton id="play" icon={<Play size={ICON} aria-hidden="true" />} text="Play" primary />
  );
}

function SpeedSelect() {
  const delayMs = useSession((state) => state.delayMs);
  const isLocked = useLocked('speed');
  return (
    <select
      className="ui-input transport-select"
      aria-label="Speed"
      title={isLocked ? LOCKED : 'Wait between phases, to watch them'}
      disabled={isLocked}
      value={delayMs}
      onChange={(event) => setSpeed(Number(event.target.value))}
    >
      {SPEEDS.map((speed) => (
        <option key={speed.delayMs} value={speed.delayMs}>
          {speed.label}
        </option>
      ))}
    </select>
  );
}

function ThemeButton() {
  const theme = useLayout((state) => state.theme);
  const Icon = { system: SunMoon, light: Sun, dark: Moon }[theme];
  return (
    <Button
      variant="quiet"
      aria-label={`Colours: ${theme}. Change to ${NEXT_THEME[theme]}.`}
      title={`Colours: ${theme}`}
      onClick={() => setLayout({ theme: NEXT_THEME[theme] })}
    >
      <Icon size={ICON} aria-hidden="true" />
    </Button>
  );
}

import { ChevronRight, ExternalLink, Pause, Play, StepForward } from 'lucide-react';
import { useSession, withoutEmbed } from '../../state/index.ts';
import { CommandButton } from './CommandButton.tsx';
import { Status } from './Status.tsx';
import './transport.css';

const ICON = 16;

/** The run's controls in a line, and the way to the whole playground: the head of an embedded panel. */
export function SlimTransport() {
  const busy = useSession((state) => state.status === 'running' || state.status === 'stepping');
  const step = useSession((state) => state.step);
  const stage = useSession((state) => state.stage);
  return (
    <header className="transport transport-slim" data-testid="panel-transport">
      <h1 className="ui-visually-hidden">PeBR playground</h1>
      <div className="transport-controls" role="group" aria-label="Run">
        {busy ? (
          <CommandButton id="pause" icon={<Pause size={ICON} aria-hidden="true" />} text="Pause" primary />
        ) : (
          <CommandButton id="play" icon={<Play size={ICON} aria-hidden="true" />} text="Play" primary />
        )}
        <CommandButton id="step" icon={<StepForward size={ICON} aria-hidden="true" />} text="Step" />
        <CommandButton id="subStep" icon={<ChevronRight size={ICON} aria-hidden="true" />} text="Sub-step" />
      </div>
      <Status />
      <span className="transport-quiet">
        <span className="transport-slim-stage">{stage}, </span>step <span data-testid="step">{step}</span>
      </span>
      <a href={withoutEmbed(location.href)} target="_blank" rel="noopener">
        Open in the playground <ExternalLink size={14} aria-hidden="true" />
      </a>
    </header>
  );
}

import { useIsRecorded } from '../../state/index.ts';
import { Panel } from '../../ui/index.ts';
import { ControlSection } from './ControlSection.tsx';
import { Probe } from './Probe.tsx';
import { StageDiff } from './StageDiff.tsx';
import { SwitchControl } from './SwitchControl.tsx';
import { Timeline } from './Timeline.tsx';
import { WarmupSection } from './warmup/WarmupSection.tsx';
import './stages.css';

/** First learn to see, then learn to reason: the two stages side by side. */
export function StagesPanel() {
  const isRecorded = useIsRecorded();
  return (
    <Panel
      title="Stages"
      testId="panel-stages"
      note="First learn to see, on questions the model can answer; then learn to reason, on those it answers sometimes."
    >
      <Timeline />
      {!isRecorded && (
        <>
          <WarmupSection />
          <SwitchControl />
          <Probe />
          <ControlSection />
        </>
      )}
      <StageDiff />
    </Panel>
  );
}

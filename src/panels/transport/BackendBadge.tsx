import { useSession } from '../../state/index.ts';
import { Tooltip } from '../../ui/index.ts';

const NAMES = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'plain CPU' } as const;

/** Which backend computes; where it is not WebGPU, why not, in plain sight. */
export function BackendBadge() {
  const backend = useSession((state) => state.backend);
  const failed = useSession((state) => state.status === 'failed');
  if (!backend) return <span className="transport-badge">{failed ? 'no backend' : 'starting…'}</span>;
  const software = backend.name === 'webgpu' && backend.adapter?.isSoftware === true;
  return (
    <span className="transport-badge" data-backend={backend.name} data-testid="backend">
      <Tooltip
        definition={`${NAMES[backend.name]} computes. Reason: ${backend.reason}.`}
        hint={
          backend.adapter
            ? `Adapter: ${[backend.adapter.vendor, backend.adapter.architecture, backend.adapter.description].filter(Boolean).join(' · ')}`
            : 'A browser with WebGPU and a graphics card trains several times faster.'
        }
      >
        {NAMES[backend.name]}
        {software && ' (software)'}
      </Tooltip>
      {backend.name !== 'webgpu' && <span className="transport-quiet">{backend.reason}</span>}
    </span>
  );
}

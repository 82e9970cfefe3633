import { useEffect } from 'react';
import { listenForKeys } from './keys.ts';
import { LiveRegion } from './LiveRegion.tsx';
import { Messages } from './Messages.tsx';
import { RecordedLine } from './RecordedNotice.tsx';
import { SlimTransport } from './panels/transport/index.ts';
import type { EmbedId } from './state/index.ts';
import { TabPanel } from './tabs.tsx';
import { useTheme } from './useTheme.ts';
import './embed.css';

/** One panel for another page's frame: slim transport, no rail, no dock. Digits choose no tabs here. */
export function Embed({ panel }: { readonly panel: EmbedId }) {
  useEffect(() => listenForKeys([]), []);
  useTheme();
  return (
    <div className="app" data-testid="embed">
      <SlimTransport />
      <Messages />
      <RecordedLine />
      <main className="app-work app-embed">
        <TabPanel tab={panel} />
      </main>
      <LiveRegion />
    </div>
  );
}

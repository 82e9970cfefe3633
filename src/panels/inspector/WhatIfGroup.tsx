import type { ReactNode } from 'react';
import { DataTable, Sign, formatNumber } from '../../ui/index.ts';
import type { Change, WhatIf } from './whatIf.ts';

interface WhatIfGroupProps {
  readonly rows: WhatIf['group'];
  readonly selected: number;
  readonly onSelect: (rollout: number) => void;
}

/** Reward, rank and advantage of every rollout of the group: what trained → what would have. */
export function WhatIfGroup({ rows, selected, onSelect }: WhatIfGroupProps) {
  return (
    <DataTable
      caption="The group, what trained and what-if"
      rows={rows.map((_, index) => index)}
      rowKey={(index) => index}
      selectedKey={selected}
      onSelect={onSelect}
      columns={[
        { id: 'rollout', header: 'rollout', numeric: true, render: (index) => index + 1 },
        {
          id: 'reward',
          header: 'reward',
          numeric: true,
          render: (index) => <Moved change={rows[index].reward} show={(value) => formatNumber(value)} />,
          sortValue: (index) => rows[index].reward.whatIf ?? -Infinity,
        },
        {
          id: 'rank',
          header: 'rank',
          numeric: true,
          render: (index) => <Moved change={rows[index].rank} show={String} />,
          sortValue: (index) => rows[index].rank.whatIf ?? 0,
        },
        {
          id: 'advantage',
          header: 'advantage',
          numeric: true,
          render: (index) => (
            <Moved change={rows[index].advantage} show={(value) => <Sign value={value} />} />
          ),
          sortValue: (index) => rows[index].advantage.whatIf ?? -Infinity,
        },
      ]}
    />
  );
}

/** Before → after; only one where nothing moved. */
function Moved({ change, show }: { readonly change: Change; readonly show: (value: number) => ReactNode }) {
  const { trained, whatIf } = change;
  const after = whatIf === null ? <i>pending</i> : <b>{show(whatIf)}</b>;
  if (trained === null) return after;
  if (trained === whatIf) return show(trained);
  return (
    <>
      <span className="in-quiet">{show(trained)} →</span> {after}
    </>
  );
}

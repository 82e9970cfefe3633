import { LAYOUT_PRESETS, runCommand, shownLayoutPreset, useLayout } from '../../state/index.ts';

/** What is open and how large, for four ways to work. */
export function LayoutSelect() {
  const shown = useLayout(shownLayoutPreset);
  return (
    <label className="transport-layout" title="What is open and how large">
      layout{' '}
      <select
        className="ui-input transport-select"
        value={shown ?? ''}
        onChange={(event) => runCommand(`layout-${event.target.value}`)}
      >
        {shown === null && (
          <option value="" disabled>
            Own layout
          </option>
        )}
        {LAYOUT_PRESETS.map(({ id, label, what }) => (
          <option key={id} value={id} title={what}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

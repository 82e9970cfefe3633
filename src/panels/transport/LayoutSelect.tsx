import { LAYOUT_PRESETS, runCommand, shownLayoutPreset, useLayout } from '../../state/index.ts';

/** What is open and how large, for four ways to work. */
export function LayoutSelect() {
  const shown = useLayout(shownLayoutPreset);
  return (
    <select
      className="ui-input transport-select"
      aria-label="Layout"
      title="Layout: what is open and how large"
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
  );
}

/** Figures of a report: line charts with bands as SVG text, legible in light and dark. */

export interface Line {
  readonly label: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
  }[];
}
export interface Chart {
  readonly title: string;
  readonly yLabel: string;
  readonly xLabel: string;
  /** Smallest and largest y; 0 to 1 without it. */
  readonly range?: readonly [number, number];
  readonly lines: readonly Line[];
  /** Names of x where it is no number: tick i stands at x = i. */
  readonly categories?: readonly string[];
}

const WIDTH = 360;
const HEIGHT = 250;
const LEFT = 56;
const RIGHT = 12;
const TOP = 30;
const BOTTOM = 44;
const LEGEND_ROW = 18;
/** Width of a character of the legend, roughly, px. */
const CHARACTER = 6.6;
/** Okabe & Ito's colours, told apart with every kind of colour vision; dashes tell them apart without colour. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#000000'];
const DASHES = ['', '6 3', '2 2', '8 3 2 3', '4 4', '1 3', '', '6 3'];
const STYLE = `svg{font:12px system-ui,sans-serif;background:#fff}text{fill:#222}.grid{stroke:#ddd}.zero{stroke:#777}
@media(prefers-color-scheme:dark){svg{background:#16181d}text{fill:#ddd}.grid{stroke:#3a3d45}.zero{stroke:#999}}`;

/** Charts side by side over one legend; lines of the same label look the same in all of them. */
export function chartsSvg(charts: readonly Chart[], description: string): string {
  const labels = [...new Set(charts.flatMap((chart) => chart.lines.map((line) => line.label)))];
  const width = WIDTH * charts.length;
  const column = 44 + CHARACTER * Math.max(...labels.map((label) => label.length));
  const perRow = Math.max(1, Math.floor((width - LEFT) / column));
  const height = HEIGHT + LEGEND_ROW * Math.ceil(labels.length / perRow) + 8;
  const legend = labels.map((label, i) => {
    const x = LEFT + (i % perRow) * column;
    const y = HEIGHT + LEGEND_ROW * Math.floor(i / perRow) + 6;
    return `<path d="M${x} ${y}h24" ${stroke(i)}/><text x="${x + 30}" y="${y + 4}">${escape(label)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(description)}">`,
    `<style>${STYLE}</style>`,
    ...charts.map((chart, i) => `<g transform="translate(${i * WIDTH} 0)">${chartBody(chart, labels)}</g>`),
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function chartBody(
  { title, yLabel, xLabel, range = [0, 1], lines, categories }: Chart,
  labels: readonly string[],
): string {
  const xs = lines.flatMap((line) => line.points.map((point) => point.x));
  const [low, high] = range;
  const lowX = categories ? -0.4 : 0;
  const highX = categories ? categories.length - 0.6 : Math.max(1, ...xs);
  const x = (value: number): string =>
    (LEFT + ((value - lowX) / (highX - lowX)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => {
    const inside = Math.min(high, Math.max(low, value));
    return (TOP + (1 - (inside - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  };
  const bottom = HEIGHT - BOTTOM;
  const grid = Array.from({ length: 5 }, (_, i) => {
    const value = low + ((high - low) * i) / 4;
    return `<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${Number(y(value)) + 4}" text-anchor="end">${number(value)}</text>`;
  });
  const zero = low < 0 && high > 0 ? `<path class="zero" d="M${LEFT} ${y(0)}H${WIDTH - RIGHT}"/>` : '';
  const ticks = categories
    ? categories.map(
        (name, i) => `<text x="${x(i)}" y="${bottom + 16}" text-anchor="middle">${escape(name)}</text>`,
      )
    : Array.from({ length: 5 }, (_, i) => {
        const value = Math.round((highX * i) / 4);
        return `<text x="${x(value)}" y="${bottom + 16}" text-anchor="middle">${value}</text>`;
      });
  const drawn = lines.map((line) => {
    const i = labels.indexOf(line.label);
    const upper = line.points.map((point) => `${x(point.x)} ${y(point.high)}`);
    const lower = line.points.map((point) => `${x(point.x)} ${y(point.low)}`).reverse();
    const path = line.points.map((point) => `${x(point.x)} ${y(point.y)}`).join('L');
    const dots = categories
      ? line.points
          .map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3" fill="${colour(i)}"/>`)
          .join('')
      : '';
    return `<path d="M${[...upper, ...lower].join('L')}Z" fill="${colour(i)}" opacity="0.14"/><path d="M${path}" ${stroke(i)}/>${dots}`;
  });
  return [
    `<text x="${LEFT}" y="16" font-weight="600">${escape(title)}</text>`,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escape(xLabel)}</text>`,
    `<text transform="translate(13 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(yLabel)}</text>`,
    ...grid,
    zero,
    ...ticks,
    ...drawn,
  ].join('');
}

const colour = (i: number): string => COLOURS[i % COLOURS.length];
const stroke = (i: number): string =>
  `fill="none" stroke="${colour(i)}" stroke-width="2" stroke-dasharray="${DASHES[i % DASHES.length]}"`;
const number = (value: number): string => String(Number(value.toFixed(2)));

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

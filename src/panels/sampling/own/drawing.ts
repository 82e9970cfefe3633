/** A drawing is its marks: painted anew whenever they change, so that undo is leaving the last one out. */
import { SURFACE } from '../../../engine/tasks/scenes/raster.ts';
import type { DrawnMark, OwnPicture } from '../../../state/index.ts';

/** Side of a drawing, pixels: twice that of the scenes' pictures. */
export const SIDE = 192;

export const TOOLS = ['brush', 'rectangle', 'circle', 'triangle', 'eraser'] as const;
export type Tool = (typeof TOOLS)[number];

/** The scenes' colours by name, as CSS. */
export const COLOURS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SURFACE).map(([name, rgb]) => [name, `rgb(${rgb.join(' ')})`]),
);
/** The scenes' floor in its middle light. */
const PAPER = 'rgb(214 213 209)';

/** What of the drawing still shows: the marks since the last clearing. */
export function shownMarks(marks: readonly DrawnMark[]): readonly DrawnMark[] {
  return marks.slice(marks.findLastIndex(({ tool }) => tool === 'clear') + 1);
}

/** Paints on a canvas of SIDE². */
export function paint(context: CanvasRenderingContext2D, marks: readonly DrawnMark[]): void {
  context.fillStyle = PAPER;
  context.fillRect(0, 0, SIDE, SIDE);
  for (const mark of shownMarks(marks)) if (mark.tool !== 'clear') paintMark(context, mark);
}

function paintMark(
  context: CanvasRenderingContext2D,
  { tool, colour, size, points }: Exclude<DrawnMark, { tool: 'clear' }>,
): void {
  const [x0, y0] = points;
  const [x1, y1] = points.slice(-2);
  context.fillStyle = COLOURS[colour] ?? PAPER;
  context.beginPath();
  switch (tool) {
    case 'brush':
    case 'eraser':
      context.strokeStyle = tool === 'eraser' ? PAPER : context.fillStyle;
      context.lineWidth = size;
      context.lineCap = 'round';
      context.lineJoin = 'round';
      context.moveTo(x0, y0);
      // A line to where it starts is a dot.
      for (let i = 0; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
      context.stroke();
      return;
    case 'rectangle':
      context.rect(x0, y0, x1 - x0, y1 - y0);
      break;
    case 'circle':
      context.ellipse(
        (x0 + x1) / 2,
        (y0 + y1) / 2,
        Math.abs(x1 - x0) / 2,
        Math.abs(y1 - y0) / 2,
        0,
        0,
        2 * Math.PI,
      );
      break;
    case 'triangle':
      context.moveTo((x0 + x1) / 2, y0);
      context.lineTo(x1, y1);
      context.lineTo(x0, y1);
      break;
    default:
      tool satisfies never;
  }
  context.fill();
}

/** The drawing as a PNG. */
export async function pictureOf(drawing: readonly DrawnMark[]): Promise<OwnPicture> {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gives no canvas to draw on; upload a picture instead.');
  paint(context, drawing);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make a PNG of the drawing; upload a picture instead.');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return { bytes, format: 'png', width: SIDE, height: SIDE, drawing };
}

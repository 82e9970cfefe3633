/**
 * Part of the page as a picture for a paper: the element with the page's own styles, laid out anew at a given width in
 * the light theme, drawn through an SVG. What cannot be drawn there (a tainted picture) makes it throw.
 */

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 16;

interface FigureOptions {
  /** Layout width, CSS pixels; the height follows. */
  readonly width: number;
  /** Picture pixels a CSS pixel. */
  readonly scale: number;
  /** One line above: what this is and where it is from. */
  readonly caption: string;
}

/** PNG of the element; what has `data-figure="omit"` is left out. */
export async function figureOf(element: HTMLElement, options: FigureOptions): Promise<Blob> {
  const { width, scale, caption } = options;
  const page = pageOf(element, width, caption);
  const height = heightOf(page);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  // The styles' `:root` is this element: a paper is white.
  svg.setAttribute('data-theme', 'light');
  const style = document.createElementNS(SVG, 'style');
  style.textContent = [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .map((rule) => rule.cssText)
    .join('\n');
  const holder = document.createElementNS(SVG, 'foreignObject');
  holder.setAttribute('width', String(width));
  holder.setAttribute('height', String(height));
  holder.append(page);
  svg.append(style, holder);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) =>
        blob
          ? resolve(blob)
          : reject(
              new Error(
                `The browser draws no picture of ${canvas.width} × ${canvas.height} pixels; print the page instead.`,
              ),
            ),
      'image/png',
    ),
  );
}

/** A copy as it stands, with what was typed and chosen, on a white page. */
function pageOf(element: HTMLElement, width: number, caption: string): HTMLElement {
  const copy = element.cloneNode(true) as HTMLElement;
  const fields = [...element.querySelectorAll<HTMLElement>('input, textarea, select')];
  const copied = copy.querySelectorAll<HTMLElement>('input, textarea, select');
  fields.forEach((field, i) => {
    const to = copied[i];
    // A serialised field has its attributes alone.
    if (field instanceof HTMLTextAreaElement) to.textContent = field.value;
    else if (field instanceof HTMLInputElement) to.setAttribute('value', field.value);
    else if (field instanceof HTMLSelectElement)
      to.querySelectorAll('option')[field.selectedIndex]?.setAttribute('selected', '');
  });
  for (const omitted of copy.querySelectorAll('[data-figure="omit"]')) omitted.remove();
  const page = document.createElement('div');
  page.setAttribute('data-theme', 'light');
  Object.assign(page.style, {
    width: `${width}px`,
    padding: `${MARGIN}px`,
    boxSizing: 'border-box',
    background: 'var(--surface)',
    color: 'var(--text)',
    colorScheme: 'light',
    fontFamily: 'var(--font-sans)',
    fontSize: '14px',
    lineHeight: '1.45',
  });
  const line = document.createElement('p');
  line.textContent = caption;
  Object.assign(line.style, { margin: `0 0 ${MARGIN}px`, fontSize: '12px', color: 'var(--text-muted)' });
  page.append(line, copy);
  return page;
}

/** Height of the page when it is laid out, out of sight. */
function heightOf(page: HTMLElement): number {
  const sight = document.createElement('div');
  sight.setAttribute('aria-hidden', 'true');
  sight.inert = true;
  Object.assign(sight.style, { position: 'absolute', left: '-99999px', top: '0' });
  sight.append(page);
  document.body.append(sight);
  const { height } = page.getBoundingClientRect();
  sight.remove();
  return Math.ceil(height);
}

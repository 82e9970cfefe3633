import { memo } from 'react';
import type { ReactNode } from 'react';
import type { SceneObject } from '../engine/index.ts';
import './image.css';

interface ImageViewProps {
  /** null: still on its way. */
  readonly image: { readonly url: string; readonly width: number; readonly height: number } | null;
  /** Drawn width, CSS pixels; the height keeps the ratio. Upscaling shows the pixels as they are. */
  readonly size: number;
  readonly alt: string;
  /** Patch borders: patches across and down (fractions allowed at the last one). */
  readonly grid?: { readonly columns: number; readonly rows: number } | null;
  /** The scene's objects: draws their boxes, numbered. */
  readonly objects?: readonly SceneObject[] | null;
  /** A layer between picture and lines, as large as the picture: see PatchMap. */
  readonly layer?: ReactNode;
}

/** An image pixel for pixel, with overlays on top. */
export const ImageView = memo(function ImageView(props: ImageViewProps) {
  const { image, size, alt, grid, objects, layer } = props;
  const height = image ? Math.round((size * image.height) / image.width) : size;
  return (
    <span className="ui-image" style={{ width: size, height }}>
      {image && <img src={image.url} width={size} height={height} alt={alt} draggable={false} />}
      {layer}
      {grid && <PatchGrid columns={grid.columns} rows={grid.rows} />}
      {objects?.map((object, i) => {
        const [x0, y0, x1, y1] = object.box;
        return (
          <span
            key={i}
            className="ui-image-box"
            title={Object.values(object.attributes).join(' ')}
            style={{
              left: `${x0 * 100}%`,
              top: `${y0 * 100}%`,
              width: `${(x1 - x0) * 100}%`,
              height: `${(y1 - y0) * 100}%`,
            }}
          >
            <span>{i + 1}</span>
          </span>
        );
      })}
    </span>
  );
});

function PatchGrid({ columns, rows }: { readonly columns: number; readonly rows: number }) {
  const lines = [
    ...Array.from({ length: Math.ceil(columns) - 1 }, (_, i) => `M${i + 1} 0V${rows}`),
    ...Array.from({ length: Math.ceil(rows) - 1 }, (_, i) => `M0 ${i + 1}H${columns}`),
  ];
  return (
    <svg
      className="ui-image-grid"
      viewBox={`0 0 ${columns} ${rows}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={lines.join('')} />
    </svg>
  );
}

import type { JSX } from 'preact';
import type { ApiBox } from '../../src/serve/api-types.ts';

/** A face on a picture. */
export interface BoxedFace {
  readonly box: ApiBox;
  readonly name: string | null;
  /** Who it is has been asked and not been answered yet. */
  readonly pending?: boolean;
}

interface FaceBoxesProps<Face extends BoxedFace> {
  readonly faces: readonly Face[];
  /** Of the picture that the boxes are pixels of. */
  readonly width: number;
  readonly height: number;
  readonly selected?: number | undefined;
  /** The picture is shown as in a mirror. */
  readonly mirrored?: boolean;
  /** Absent: the boxes are only shown. */
  readonly onSelect?: (index: number) => void;
}

/** Boxes with names over a picture, which lies in the same positioned element. */
export function FaceBoxes<Face extends BoxedFace>(props: FaceBoxesProps<Face>): JSX.Element {
  const { faces, width, height, selected, mirrored, onSelect } = props;
  return (
    <div class="boxes">
      {faces.map(({ box, name, pending }, index) => {
        const left = mirrored ? width - box.x - box.width : box.x;
        const place = {
          left: `${(100 * left) / width}%`,
          top: `${(100 * box.y) / height}%`,
          width: `${(100 * box.width) / width}%`,
          height: `${(100 * box.height) / height}%`,
        };
        const kind = `box ${name === null ? 'unknown' : 'known'}${index === selected ? ' selected' : ''}`;
        // Where there is no room below the face its name stands above.
        const label = (
          <span class={box.y + box.height > 0.9 * height ? 'label above' : 'label'}>
            {name ?? (pending ? '…' : 'Unknown')}
          </span>
        );
        return onSelect === undefined ? (
          <div key={index} class={kind} style={place}>
            {label}
          </div>
        ) : (
          <button
            key={index}
            type="button"
            class={kind}
            style={place}
            aria-pressed={index === selected}
            aria-label={`Face ${index + 1}: ${name ?? 'unknown'}`}
            onClick={() => onSelect(index)}
          >
            {label}
          </button>
        );
      })}
    </div>
  );
}

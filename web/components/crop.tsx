import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface CropProps {
  /** Absent: there is no picture. */
  readonly src?: string | undefined;
  /** What it shows; empty where words beside it say so. */
  readonly alt?: string;
}

/** The picture of a face, or a sign that there is none. */
export function Crop({ src, alt = '' }: CropProps): JSX.Element {
  const [broken, setBroken] = useState<string>();
  if (src === undefined || broken === src) {
    return (
      <span class="crop none" {...(alt !== '' && { role: 'img', 'aria-label': alt })}>
        <Icon name="people" />
      </span>
    );
  }
  return (
    <img
      class="crop"
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      width="96"
      height="96"
      onError={() => setBroken(src)}
    />
  );
}

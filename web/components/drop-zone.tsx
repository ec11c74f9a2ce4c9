import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { picturesOf } from './dropped-pictures.ts';
import { Icon } from './icon.tsx';

interface DropZoneProps {
  readonly onPictures: (pictures: File[]) => void;
  /** On the button, e.g. "Choose photos". */
  readonly button: string;
  /** Takes what is dropped anywhere on the page, and what is pasted. */
  readonly wholePage?: boolean;
  readonly compact?: boolean;
  readonly children?: ComponentChildren;
}

/** Takes photos: dropped, pasted, or chosen with the button. */
export function DropZone({ onPictures, button, wholePage, compact, children }: DropZoneProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const zone = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const take = useRef(onPictures);
  take.current = onPictures;

  useEffect(() => {
    const target: Document | HTMLElement = wholePage ? document : zone.current!;
    const ending = new AbortController();
    const on = (type: string, listener: (event: DragEvent) => void): void =>
      target.addEventListener(type, listener as EventListener, { signal: ending.signal });
    on('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    });
    on('dragleave', (event) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node) || !(target as Node).contains(to)) setOver(false);
    });
    on('drop', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      void picturesOf(event.dataTransfer).then((pictures) => {
        if (pictures.length > 0) take.current(pictures);
      });
    });
    const pasted = (event: ClipboardEvent): void => {
      const pictures = [...(event.clipboardData?.files ?? [])];
      if (pictures.length > 0) take.current(pictures);
    };
    if (wholePage) document.addEventListener('paste', pasted, { signal: ending.signal });
    return () => ending.abort();
  }, [wholePage]);

  return (
    <div ref={zone} class={`drop-zone${over ? ' over' : ''}${compact ? ' compact' : ''}`}>
      {!compact && <Icon name="photo" />}
      {children}
      <button
        type="button"
        class={compact ? 'button' : 'button strong'}
        onClick={() => input.current!.click()}
      >
        <Icon name="add" />
        {button}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*,.heic,.heif,.avif,.tif,.tiff"
        multiple
        hidden
        onChange={() => {
          const files = [...(input.current!.files ?? [])];
          input.current!.value = '';
          if (files.length > 0) take.current(files);
        }}
      />
    </div>
  );
}

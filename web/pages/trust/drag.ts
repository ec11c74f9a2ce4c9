import type { TargetedPointerEvent } from 'preact';

type SvgPointer = TargetedPointerEvent<SVGSVGElement>;

/**
 * Handlers that tell where in a drawing the pointer is while it is held down.
 * @param onMove coordinates of the drawing's view box
 */
export function dragHandlers(onMove: (x: number, y: number) => void) {
  const tell = (event: SvgPointer): void => {
    const svg = event.currentTarget;
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
    onMove(place.x, place.y);
  };
  return {
    onPointerDown: (event: SvgPointer): void => {
      event.currentTarget.setPointerCapture(event.pointerId);
      tell(event);
    },
    onPointerMove: (event: SvgPointer): void => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) tell(event);
    },
  };
}

import { Type } from 'typebox';

export const PointSchema = Type.Object({ x: Type.Number(), y: Type.Number() });

/** Pixels of the upright photo; may reach outside of it. */
export const BoxSchema = Type.Object({
  x: Type.Number(),
  y: Type.Number(),
  width: Type.Number(),
  height: Type.Number(),
});

/** `x,y,width,height` in a query. */
export const BoxQuerySchema = Type.String({
  pattern: '^-?\\d+(\\.\\d+)?(,-?\\d+(\\.\\d+)?){3}$',
  description:
    'x,y,width,height in pixels of the upright photo: which face is meant; the nearest one counts.',
});

/** Run in a process of its own by drawing.test.ts, with a configuration that hides the system's fonts. */
import { createHash } from 'node:crypto';
import { renderText } from '../../src/image/drawing/typeface.ts';

const shapes: Record<string, string> = {};
for (const text of ['A', 'Z', 'é', 'Ж', 'Я', 'Ω', 'λ', 'ő', '…']) {
  const { data, width, height } = await renderText(text, { sizePx: 40 });
  shapes[text] = `${width}x${height} ${createHash('sha256').update(data).digest('hex')}`;
}
process.stdout.write(JSON.stringify(shapes));

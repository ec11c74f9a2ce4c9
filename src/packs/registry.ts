import { visageError } from '../kernel/index.ts';
import { bundled } from './bundled.ts';
import type { PackDefinition } from './definition.ts';
import type { Pack } from './pack.ts';

const definitions: ReadonlyMap<string, PackDefinition> = new Map(
  [bundled].map((definition) => [definition.pack.name, definition]),
);

/** The pack that is used unless another is asked for. */
export const defaultPack = bundled.pack.name;

/** Every pack that comes with Visage, the default first. */
export const packs: readonly Pack[] = [...definitions.values()].map(({ pack }) => pack);

/** @throws VisageError `PACK_UNKNOWN` */
export function packDefinition(name: string): PackDefinition {
  const definition = definitions.get(name);
  if (definition === undefined) {
    throw visageError('PACK_UNKNOWN', { got: name, allowed: [...definitions.keys()].join(', ') });
  }
  return definition;
}

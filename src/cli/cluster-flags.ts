import type { Command } from 'commander';
import { clusterFolderSchema } from '../cluster/index.ts';
import type { OptionSchema } from '../kernel/index.ts';
import { addFlags, readFlags } from './flags.ts';

const limitSchema = {
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description: 'distance beyond which two faces count as two people; less: smaller, purer clusters',
  },
} as const satisfies OptionSchema;

/** What decides how faces are grouped. */
export interface ClusterRule {
  /** Absent: that of the pack. */
  readonly maxDistance?: number;
  readonly minQuality: number;
}

/** `--max-distance` and `--min-quality`. */
export function addClusterRuleFlags(command: Command): Command {
  addFlags(command, limitSchema, { maxDistance: 'that of the pack' });
  return addFlags(command, clusterFolderSchema);
}

/** What {@link addClusterRuleFlags} added. @throws VisageError `OPTION_INVALID` */
export function readClusterRule(command: Command): ClusterRule {
  const given = command.opts<{ maxDistance?: number }>().maxDistance !== undefined;
  return { ...(given ? readFlags(command, limitSchema) : {}), ...readFlags(command, clusterFolderSchema) };
}

/**
 * Property tests draw the same cases every time, so that a red run can be repeated as it is.
 * `PROPERTY_SEED=random` draws new ones, to go looking for what the usual ones miss.
 */
import { configureGlobal } from 'fast-check';

const wanted = process.env['PROPERTY_SEED'];
if (wanted !== 'random') configureGlobal({ seed: Number(wanted ?? 20260701) });

import type {Keys} from './keys.ts';
import type {Records} from './records.ts';
import type {Totals} from './totals.ts';

/** A part of the file that shares nothing with others: one for gates that enforce, one for those under `dryRun`. */
export interface Section {
	readonly records: Records;
	readonly keys: Keys;
	readonly totals: Totals;
}

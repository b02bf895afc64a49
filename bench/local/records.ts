import type {OpenFile} from '../../dist/stores/local/file/open-file.js';
import {Keys, ORDER, tables} from '../../dist/stores/local/tables/keys.js';
import {Records} from '../../dist/stores/local/tables/records.js';
import {Totals} from '../../dist/stores/local/tables/totals.js';

/*
 * Looks into the file of a store, in transactions that could write. While a plain read lasts, nothing that others free can
 * be used anew: then the file grows, and never shrinks.
 */

export type Counts = Readonly<Record<string, number>>;

/** How many records of each kind the store says that there are. It takes no time. */
export function told(file: OpenFile): Counts {
	return file.transact(() => {
		const totals = new Totals(new Records(() => file), new Keys(0, () => file.salt));
		const of = (table: number) =>
			([0, 1, 2] as const).reduce<number>((sum, level) => sum + totals.get(table, level), 0);

		return {
			clients: of(tables.clients),
			userKeys: of(tables.userKeys),
			reports: of(tables.reports),
			trap: of(tables.trap),
			operator: of(tables.operator),
			strikes: of(tables.strikes),
		};
	});
}

/** Counts the records of each table. Everybody else waits meanwhile. */
export function counted(file: OpenFile): Counts {
	const counts: Record<string, number> = {};
	file.transact(() => {
		for (const key of file.database.getKeys()) {
			const name = nameOf(key);
			counts[name] = (counts[name] ?? 0) + 1;
		}
	});

	return counts;
}

const names = new Map<number, string>(Object.entries(tables).map(([name, table]) => [table, name]));

function nameOf([section = 0, table = 0]: Buffer): string {
	if (section === 255) {
		return 'the file';
	}

	const isOrder = table > ORDER && table < tables.ranges;
	const name = isOrder ? `order of ${names.get(table - ORDER)}` : names.get(table);
	return `${name ?? `table ${table}`}${section === 0 ? '' : ' under dryRun'}`;
}

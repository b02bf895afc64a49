import type {OpenFile} from '../../dist/stores/local/file/open-file.js';
import {tables} from '../../dist/stores/local/tables/keys.js';

/*
 * Looks into the file of a store, in transactions that could write. While a plain read lasts, nothing that others free can
 * be used anew: then the file grows, and never shrinks.
 */

export type Counts = Readonly<Record<string, number>>;

/** How many records of each kind the store says that there are. It takes no time. */
export function told(file: OpenFile): Counts {
	const bytes = file.transact(() => file.database.get(Buffer.from([0, tables.totals])));
	const of = (table: number) =>
		[0, 8, 16].reduce((sum, level) => sum + (bytes?.readDoubleLE(24 * table + level) ?? 0), 0);

	return {
		clients: of(tables.clients),
		userKeys: of(tables.userKeys),
		reports: of(tables.reports),
		trap: of(tables.trap),
		operator: of(tables.operator),
		strikes: of(tables.strikes),
	};
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

function nameOf([space = 0, table = 0]: Buffer): string {
	if (space === 255) {
		return 'the file';
	}

	const isOrder = table > tables.ORDER && table < tables.ranges;
	const name = isOrder ? `order of ${names.get(table - tables.ORDER)}` : names.get(table);
	return `${name ?? `table ${table}`}${space === 0 ? '' : ' under dryRun'}`;
}

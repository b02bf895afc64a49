import type {OpenFile} from '../../dist/stores/local/file/open-file.js';
import {tables} from '../../dist/stores/local/tables/keys.js';
import {indexes} from '../../dist/stores/local/tables/totals.js';

/*
 * Looks into the file of a store, in transactions that could write. While a plain read lasts, nothing that others free can
 * be used anew: then the file grows, and never shrinks.
 */

export type Counts = Readonly<Record<string, number>>;

/** How many records of each kind the store says that there are. It takes no time. */
export function told(file: OpenFile): Counts {
	const bytes = file.transact(() => file.database.get(Buffer.from([0, tables.totals])));
	const at = (place: number) => bytes?.readDoubleLE(8 * place) ?? 0;
	const levels = (place: number) => at(place) + at(place + 1) + at(place + 2);

	return {
		clients: levels(indexes.clients),
		userKeys: levels(indexes.userKeys),
		reports: at(indexes.reports),
		trap: at(indexes.trap),
		operator: at(indexes.operator),
		strikes: at(indexes.strikes),
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

import type {Rule, StoredBan} from '../../../source/index.ts';
import {LocalStore, type LocalStoreOptions} from '../../../source/local.ts';
import {admittedOf} from './admitted.ts';
import {mishaps} from './mishaps.ts';

/*
 * The program of a `StoreProcess`: calls methods of a LocalStore as it is told.
 */

export interface StoreOptionsOfProcess extends LocalStoreOptions {
	/** Whether the clock stands still until `pass` moves it on. */
	readonly hasManualClock?: boolean;
	/** Milliseconds by which the wall clock of this process is ahead. */
	readonly ahead?: number;
}

interface Call {
	readonly id: number;
	readonly method: string;
	readonly given: readonly never[];
}

const {
	hasManualClock,
	ahead = 0,
	...options
}: StoreOptionsOfProcess = JSON.parse(process.argv[2] ?? '{}');
let now = 1_800_000_000_000;
const realNow = Date.now;
Date.now = () => realNow() + ahead;
const store = new LocalStore({...options, ...(hasManualClock && {clock: () => now})});

const added = {
	pass(ms: number) {
		now += ms;
	},
	/** How many of so many parallel requests are admitted. */
	admitted(client: string, rules: readonly Rule[], times: number): Promise<number> {
		return admittedOf(store, client, rules, times);
	},
	/** One request each of so many clients. */
	async admitMany(from: number, to: number, rules: readonly Rule[]) {
		await Promise.all(
			Array.from({length: to - from}, (_, index) =>
				store.admit(`client ${from + index}`, rules, {}),
			),
		);
	},
	/** Decides as a gate does. */
	async decide(client: string, rules: readonly Rule[]) {
		return store.recall(client, rules, {}) ?? store.admit(client, rules, {});
	},
	async allBans(): Promise<readonly StoredBan[]> {
		const bans: StoredBan[] = [];
		for await (const page of store.bans()) {
			bans.push(...page);
		}

		return bans;
	},
	/** Bans clients and counts requests without end. Tells of each ban that is confirmed. */
	async write(name: string, rules: readonly Rule[]) {
		for (let number = 0; ; number += 1) {
			const client = `${name} ${number}`;
			const many = Array.from({length: 20}, (_, index) =>
				store.admit(`${client} ${index}`, rules, {}),
			);
			await Promise.all([store.ban(client, {duration: Infinity, reason: client}), ...many]);
			process.send?.({confirmed: client});
		}
	},
	/** Those of these clients that are not banned for ever, for the reason that was given. */
	async unbanned(clients: readonly string[]): Promise<readonly string[]> {
		const verdicts = await Promise.all(clients.map(client => store.admit(client, [], {})));

		return clients.filter((client, index) => {
			const verdict = verdicts[index];
			return verdict?.kind !== 'banned' || verdict.reason !== client;
		});
	},
	/** Does what may happen to the file, between two transactions. */
	harm(mishap: string) {
		mishaps[mishap]?.(options.path);
	},
	/** Opens the file anew so many times. */
	async reopen(times: number) {
		await store.close();
		for (let time = 0; time < times; time += 1) {
			await store.admit('opener', [], {});
			await store.close();
		}
	},
};

process.on('message', async ({id, method, given}: Call) => {
	try {
		const owner = method in added ? added : store;
		const result = await (owner as unknown as Record<string, (...given: never[]) => unknown>)[
			method
		]?.(...given);
		process.send?.({id, result});
	} catch (error) {
		process.send?.({
			id,
			error:
				error instanceof Error
					? `${(error as {code?: string}).code} ${error.message}`
					: String(error),
		});
	}
});
process.send?.('open');

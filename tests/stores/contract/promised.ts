import type {ExecutionContext} from 'ava';
import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {Quota, Store, StoredBan, Verdict} from '../../../source/stores/store.ts';

/** A fresh and empty store, and what moves its time: its own, since the tests run side by side. */
export interface OpenedStore {
	readonly store: Store;
	/** Lets whole milliseconds pass; nothing else does. */
	pass(ms: number): void | Promise<void>;
}

/** Registers one promise as a test. */
export type Promised = (
	title: string,
	body: (t: ExecutionContext, opened: OpenedStore) => Promise<void>,
) => void;

export const DAY = 24 * 60 * 60 * 1000;

export function limit(count: number, window: number, name = 'global'): Rule {
	return {name, count, window, id: `${count}/${window}/${name}`};
}

export function ban(count: number, window: number, duration: number, name = 'ban'): SettledBanRule {
	return {...limit(count, window, name), duration};
}

export function quota(rule: Rule, remaining: number, freesInMs: number): Quota {
	return {rule, remaining, freesInMs};
}

export function admittedWith(...quotas: Quota[]): Verdict {
	return {kind: 'admitted', quotas};
}

export function limitedBy(...quotas: Quota[]): Verdict {
	return {kind: 'limited', quotas};
}

export function bannedBy(by: 'reports' | 'hand', endsInMs: number, reason?: string): Verdict {
	return {kind: 'banned', by, endsInMs, ...(reason === undefined ? {} : {reason})};
}

/** The kinds of the verdicts on requests that come one after the other. */
export async function kinds(
	store: Store,
	rules: readonly Rule[],
	times: number,
	client = 'a',
): Promise<Verdict['kind'][]> {
	const told: Verdict['kind'][] = [];
	for (let asked = 0; asked < times; asked += 1) {
		told.push((await store.admit(client, rules, {})).kind);
	}

	return told;
}

/** Has requests counted before the promise is put to the test. */
export async function fill(
	store: Store,
	rules: readonly Rule[],
	times: number,
	client = 'a',
): Promise<void> {
	const told = await kinds(store, rules, times, client);
	if (told.some(kind => kind !== 'admitted')) {
		throw new Error(`Expected ${times} requests to be admitted first, got ${told}`);
	}
}

/** The list of bans, in the order of the clients' keys: a store may list them in any. */
export async function listed(store: Store): Promise<StoredBan[]> {
	const bans: StoredBan[] = [];
	for await (const page of store.bans()) {
		bans.push(...page);
	}

	return sorted(bans);
}

export function sorted(bans: readonly StoredBan[]): StoredBan[] {
	return bans.toSorted((one, other) => (one.client < other.client ? -1 : 1));
}

export function shown(client: string): string {
	return JSON.stringify(client.slice(0, 40));
}

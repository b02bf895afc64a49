import type {ExecutionContext} from 'ava';
import type {StoredBan} from '../../../source/stores/ban-records.ts';
import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {Store} from '../../../source/stores/store.ts';
import type {AdmitOptions, Counted, Quota, Verdict} from '../../../source/stores/verdict.ts';

/** A new, empty store with its own clock, since the tests run side by side. */
export interface OpenedStore {
	readonly store: Store;
	/** Moves the clock on by whole milliseconds. Nothing else does. */
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
	return {...limit(count, window, name), durations: [duration]};
}

/** A ban rule whose bans become longer. */
export function escalating(
	count: number,
	window: number,
	durations: SettledBanRule['durations'],
	forgetAfter: number,
	name = 'ban',
): SettledBanRule {
	return {...limit(count, window, name), durations, forgetAfter};
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

/** The kinds of the verdicts on a number of requests, one after the other. */
export async function kinds(
	store: Store,
	rules: readonly Rule[],
	times: number,
	client = 'a',
): Promise<Verdict['kind'][]> {
	const seen: Verdict['kind'][] = [];
	for (let asked = 0; asked < times; asked += 1) {
		seen.push((await store.admit(client, rules, {})).kind);
	}

	return seen;
}

/** Counts requests before the test itself. */
export async function fill(
	store: Store,
	rules: readonly Rule[],
	times: number,
	client = 'a',
): Promise<void> {
	const seen = await kinds(store, rules, times, client);
	if (seen.some(kind => kind !== 'admitted')) {
		throw new Error(`Expected ${times} requests to be admitted first, got ${seen}`);
	}
}

/**
 * Counts a request that can be given back, before the test itself.
 *
 * @returns what was counted
 */
export async function counted(
	store: Store,
	rules: readonly Rule[],
	options: AdmitOptions = {},
	client = 'a',
): Promise<readonly Counted[]> {
	const verdict = await store.admit(client, rules, {...options, returnable: true});
	if (verdict.kind !== 'admitted' || !verdict.counted) {
		throw new Error(`Expected a request to be admitted and returnable first, got ${verdict.kind}`);
	}

	return verdict.counted;
}

/** The bans in force, in the order of the clients' keys: a store may list them in any order. */
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

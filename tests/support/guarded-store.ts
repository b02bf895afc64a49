import type {ReportOutcome} from '../../source/stores/ban-records.ts';
import type {StoreErrorPolicy} from '../../source/stores/guard/failure-policy.ts';
import {GuardedStore} from '../../source/stores/guard/guarded-store.ts';
import type {StoreObserver} from '../../source/stores/guard/store-observer.ts';
import type {Rule, SettledBanRule} from '../../source/stores/rule.ts';
import type {Store} from '../../source/stores/store.ts';
import type {Verdict} from '../../source/stores/verdict.ts';

export const rule: Rule = {name: 'global', count: 2, window: 1000, id: '2/1000/global'};
export const banRule: SettledBanRule = {
	name: 'ban',
	count: 2,
	window: 1000,
	id: '2/1000/ban',
	durations: [500],
};

/** A store that accepts an operator's commands. Any other call is unexpected and throws. */
export const commandsOnly: Store = {
	shared: true,
	clock: () => 0,
	admit: unexpected,
	report: unexpected,
	inspect: unexpected,
	bans: unexpected,
	giveBack: unexpected,
	ban: (_client, {duration}) => ({banEndsInMs: duration}),
	banRange() {},
	unbanRange() {},
	ranges: () => [],
	sibling: unexpected,
	unban() {},
	reset() {},
	close() {},
};

/** A store that is down for decisions, and accepts commands. */
export const failing: Store = {...commandsOnly, admit: rejects, report: rejects};

/** A store that admits every request and rejects every report, as a server does that can only be read. */
export const readOnly: Store = {
	...commandsOnly,
	admit: async () => ({kind: 'admitted', quotas: []}),
	report: rejects,
};

/** A server that rejects an operator's bans. */
export const rejectsBans: Pick<Store, 'ban'> = {ban: rejects};

export interface Guarded {
	readonly guarded: GuardedStore;
	/** What the observer of the store has heard. */
	readonly heard: ReadonlyArray<'failed' | 'recovered'>;
	readonly clock: () => number;
	/** Moves the clock on by milliseconds. */
	pass(ms: number): void;
}

/** Guards a store whose clock only `pass` moves. */
export function guard(store: Store, policy: StoreErrorPolicy, timeout = 5): Guarded {
	let now = 0;
	const clock = () => now;
	const heard: Array<'failed' | 'recovered'> = [];

	return {
		guarded: new GuardedStore(
			{...store, clock},
			{
				policy,
				timeout,
				observer: {
					...unobserved,
					failed: () => {
						heard.push('failed');
					},
					recovered: () => {
						heard.push('recovered');
					},
				},
			},
		),
		heard,
		clock,
		pass: ms => {
			now += ms;
		},
	};
}

/** Nobody hears how the store does. */
export const unobserved: StoreObserver = {settled() {}, failed() {}, recovered() {}};

/** Several gates on the same store. */
export function gatesOn(store: Store, ...policies: StoreErrorPolicy[]): GuardedStore[] {
	return policies.map(
		policy => new GuardedStore(store, {policy, timeout: 1000, observer: unobserved}),
	);
}

/** A guard under `'memory'`. Its store returns these replies one after the other, until it fails. */
export function failable(
	replies: ReadonlyArray<Verdict | ReportOutcome>,
): Guarded & {fail: () => void} {
	const left = replies.values();
	let isDown = false;
	const reply = async () => (isDown ? rejects() : (left.next().value as never));

	return {
		...guard({...commandsOnly, admit: reply, report: reply}, 'memory'),
		fail: () => {
			isDown = true;
		},
	};
}

/** A guard under `'memory'`, of a store that does what `given` says until it fails. */
export function failingLater(given: Partial<Store>): Guarded & {fail: () => void} {
	let isDown = false;
	const until =
		<Given extends readonly unknown[], Reply>(reply: (...args: Given) => Reply) =>
		(...args: Given): Reply => {
			if (isDown) {
				throw new Error('down');
			}

			return reply(...args);
		};
	const {admit = () => ({kind: 'admitted', quotas: []}) as Verdict} = given;
	const {report: counted = () => ({reports: 1})} = given;

	return {
		...guard({...commandsOnly, ...given, admit: until(admit), report: until(counted)}, 'memory'),
		fail: () => {
			isDown = true;
		},
	};
}

interface Pending {
	readonly client: string;
	resolve(reply: Verdict | ReportOutcome): void;
	reject(error: Error): void;
}

/** A store that replies only when the test settles what is pending. */
export function slowStore(): {store: Store; pending: readonly Pending[]; fail: () => void} {
	const pending: Pending[] = [];
	let isDown = false;
	const reply = (client: string) =>
		isDown
			? rejects()
			: new Promise<never>((resolve, reject) => {
					pending.push({client, resolve: reply => resolve(reply as never), reject});
				});

	return {
		store: {...commandsOnly, admit: reply, report: reply},
		pending,
		fail: () => {
			isDown = true;
		},
	};
}

function unexpected(): never {
	throw new Error('The store should not have been asked this');
}

async function rejects(): Promise<never> {
	throw new Error('down');
}

import {RecentMap} from '../../collections/recent-map.ts';
import type {Rule} from '../../options/rules.ts';
import type {Banned, Limited} from '../store.ts';
import {isFresh, Turn} from './freshness.ts';

/** What a store has answered a client that is not let in. */
interface Refusal {
	readonly verdict: Banned | Limited;
	readonly rules: readonly Rule[];
	readonly isImmune: boolean;
	/** Milliseconds. */
	readonly askedAt: number;
}

interface Remembered extends Refusal {
	readonly answeredAt: number;
	/** Whose turn it is to ask anew. */
	readonly turn: Turn;
}

/** How many clients are remembered: those refused last. */
const MAX_CLIENTS = 10_000;

/** How many refusals of one client: by the rules of one route, of another, and so on. */
const MAX_OF_ONE = 16;

const none: readonly Remembered[] = [];

/**
 * Remembers refusals for a second: however many requests a refused client sends, each list of rules costs
 * one question.
 */
export class Refusals {
	readonly #refusals = new RecentMap<readonly Remembered[]>(MAX_CLIENTS);

	remember(client: string, refusal: Refusal, now: number): void {
		const remembered = {...refusal, answeredAt: now, turn: new Turn(refusal.askedAt)};
		if (refusal.verdict.kind === 'banned') {
			this.#refusals.set(client, [remembered]);
			return;
		}

		const others = this.#of(client).filter(
			known =>
				isFresh(known.askedAt, now) &&
				(known.isImmune !== refusal.isImmune || !areSame(known.rules, refusal.rules)),
		);
		// Of too many, the first are kept: if each drove out another, none would be found again.
		if (others.length < MAX_OF_ONE) {
			this.#refusals.set(client, [remembered, ...others]);
		}
	}

	/** Forgets what may be otherwise once a request was counted under these rules. */
	counted(client: string, rules: readonly Rule[]): void {
		const known = this.#of(client);
		if (known.length > 0) {
			const left = known.filter(
				refusal => refusal.verdict.kind === 'limited' && !haveOneInCommon(refusal.rules, rules),
			);
			this.#refusals.delete(client);
			if (left.length > 0) {
				this.#refusals.set(client, left);
			}
		}
	}

	forget(client: string): void {
		this.#refusals.delete(client);
	}

	clear(): void {
		this.#refusals.clear();
	}

	/**
	 * The answer to a question, if the same was asked less than a second ago and is refused still. Shortly
	 * before that second is over one request gets none, and asks anew for all others.
	 */
	find(
		client: string,
		rules: readonly Rule[],
		isImmune: boolean,
		now: number,
	): Banned | Limited | undefined {
		for (const known of this.#of(client)) {
			// From the question on, since what another process has undone after it may not be in the answer.
			if (isFresh(known.askedAt, now) && isAnswerTo(known, rules, isImmune)) {
				return known.turn.isMine(now) ? undefined : left(known, now);
			}
		}

		return undefined;
	}

	#of(client: string): readonly Remembered[] {
		return this.#refusals.get(client) ?? none;
	}
}

/** A ban is for every question that it may refuse, a limit for the same one alone. */
function isAnswerTo(known: Remembered, rules: readonly Rule[], isImmune: boolean): boolean {
	return known.verdict.kind === 'banned'
		? !isImmune
		: known.isImmune === isImmune && areSame(known.rules, rules);
}

/** What is left of a refusal, if anything is. */
function left({verdict, answeredAt}: Remembered, now: number): Banned | Limited | undefined {
	// Rounded down, so that nobody waits too little.
	const passed = Math.max(0, Math.floor(now - answeredAt));

	return verdict.kind === 'banned' ? banLeft(verdict, passed) : limitLeft(verdict, passed);
}

function banLeft(verdict: Banned, passed: number): Banned | undefined {
	const endsInMs = verdict.endsInMs - passed;

	return endsInMs > 0 ? {...verdict, endsInMs} : undefined;
}

/** Those rules that are full still. */
function limitLeft({quotas}: Limited, passed: number): Limited | undefined {
	const left = quotas
		.map(quota => ({...quota, freesInMs: quota.freesInMs - passed}))
		.filter(({freesInMs}) => freesInMs > 0);

	return left.length > 0 ? {kind: 'limited', quotas: left} : undefined;
}

function areSame(rules: readonly Rule[], others: readonly Rule[]): boolean {
	return (
		rules === others ||
		(rules.length === others.length &&
			rules.every((rule, index) => rule.counter === others[index]?.counter))
	);
}

function haveOneInCommon(rules: readonly Rule[], others: readonly Rule[]): boolean {
	return rules.some(rule => others.some(other => other.counter === rule.counter));
}

import type {Rule} from '../../rules.ts';
import type {Banned, Limited} from '../store.ts';

/** What a store has answered a client that is not let in. */
interface Remembered {
	readonly verdict: Banned | Limited;
	readonly rules: readonly Rule[];
	readonly isImmune: boolean;
	/** Milliseconds. */
	readonly askedAt: number;
	readonly answeredAt: number;
}

/** Milliseconds that a refusal is believed: then the store is asked again. */
const BELIEVED = 1000;

/** How many clients are remembered, in two generations: those refused last. */
const MOST = 20_000;

/** How many refusals of one client: by the rules of one route, of another, and so on. */
const MOST_OF_ONE = 4;

const none: readonly Remembered[] = [];

/**
 * Refusals that the store has answered, remembered for a second, so that whoever is refused a thousand
 * times a second costs the server one question.
 */
export class Refusals {
	#young = new Map<string, readonly Remembered[]>();
	#old = new Map<string, readonly Remembered[]>();

	remember(client: string, refusal: Omit<Remembered, 'answeredAt'>, now: number): void {
		const others = this.#of(client).filter(known => !areSame(known.rules, refusal.rules));
		if (this.#young.size >= MOST / 2) {
			this.#old = this.#young;
			this.#young = new Map();
		}

		const all = [{...refusal, answeredAt: now}, ...others];
		this.#young.set(client, all.slice(0, MOST_OF_ONE));
	}

	/** Forgets what may be otherwise once a request was counted under these rules. */
	counted(client: string, rules: readonly Rule[]): void {
		const known = this.#of(client);
		if (known.length > 0) {
			const left = known.filter(
				refusal => refusal.verdict.kind === 'limited' && !haveOneInCommon(refusal.rules, rules),
			);
			this.forget(client);
			if (left.length > 0) {
				this.#young.set(client, left);
			}
		}
	}

	forget(client: string): void {
		this.#young.delete(client);
		this.#old.delete(client);
	}

	clear(): void {
		this.#young.clear();
		this.#old.clear();
	}

	/** The answer to a question, if the same was asked less than a second ago and is refused still. */
	find(
		client: string,
		rules: readonly Rule[],
		isImmune: boolean,
		now: number,
	): Banned | Limited | undefined {
		for (const known of this.#of(client)) {
			// From the question on, since what another process has undone after it may not be in the answer.
			const age = now - known.askedAt;
			if (age >= 0 && age < BELIEVED && isAnswerTo(known, rules, isImmune)) {
				return left(known, now);
			}
		}

		return undefined;
	}

	#of(client: string): readonly Remembered[] {
		return this.#young.get(client) ?? this.#old.get(client) ?? none;
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

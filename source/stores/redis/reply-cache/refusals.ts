import {RecentMap} from '../../../collections/recent-map.ts';
import type {Rule} from '../../rule.ts';
import type {Banned, Limited} from '../../store.ts';
import {isFresh, Turn} from './freshness.ts';

/** A reply of the server that refuses a client. */
interface RefusingReply {
	readonly verdict: Banned | Limited;
	readonly rules: readonly Rule[];
	readonly isImmune: boolean;
	/** Milliseconds. */
	readonly askedAt: number;
}

interface Remembered extends RefusingReply {
	readonly repliedAt: number;
	/** Gives one request the turn to ask the server again. */
	readonly turn: Turn;
}

/** How many clients are remembered: those that were refused last. */
const MAX_CLIENTS = 10_000;

/** How many refusals of one client are remembered: those by the rules of one route, of another, and so on. */
const MAX_OF_ONE = 16;

const none: readonly Remembered[] = [];

/**
 * Remembers refusals for a second. However many requests a refused client sends, each list of rules costs
 * the server one question.
 */
export class Refusals {
	readonly #refusals = new RecentMap<readonly Remembered[]>(MAX_CLIENTS);

	remember(client: string, refusal: RefusingReply, now: number): void {
		const remembered = {...refusal, repliedAt: now, turn: new Turn(refusal.askedAt)};
		if (refusal.verdict.kind === 'banned') {
			this.#refusals.set(client, [remembered]);
			return;
		}

		const others = this.#of(client).filter(
			known =>
				isFresh(known.askedAt, now) &&
				(known.isImmune !== refusal.isImmune || !areSame(known.rules, refusal.rules)),
		);
		// The first ones are kept: if each new refusal replaced another, none would be found again.
		if (others.length < MAX_OF_ONE) {
			this.#refusals.set(client, [remembered, ...others]);
		}
	}

	/** A request was counted under these rules: forgets the refusals that this may have changed. */
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
	 * The refusal of a request, if the same was refused less than a second ago and would still be refused.
	 * Shortly before that second is over, one request gets undefined, and asks the server for all others.
	 */
	find(
		client: string,
		rules: readonly Rule[],
		isImmune: boolean,
		now: number,
	): Banned | Limited | undefined {
		for (const known of this.#of(client)) {
			// Counted from the question: what another process has undone since may not be in the reply.
			if (isFresh(known.askedAt, now) && decides(known, rules, isImmune)) {
				return known.turn.isMine(now) ? undefined : left(known, now);
			}
		}

		return undefined;
	}

	#of(client: string): readonly Remembered[] {
		return this.#refusals.get(client) ?? none;
	}
}

/** A ban refuses every request that is not immune; a limit, requests under the same rules. */
function decides(known: Remembered, rules: readonly Rule[], isImmune: boolean): boolean {
	return known.verdict.kind === 'banned'
		? !isImmune
		: known.isImmune === isImmune && areSame(known.rules, rules);
}

/** What is left of a refusal, if anything. */
function left({verdict, repliedAt}: Remembered, now: number): Banned | Limited | undefined {
	// Rounded down, so that no client is told to wait too short a time.
	const passed = Math.max(0, Math.floor(now - repliedAt));

	return verdict.kind === 'banned' ? banLeft(verdict, passed) : limitLeft(verdict, passed);
}

function banLeft(verdict: Banned, passed: number): Banned | undefined {
	const endsInMs = verdict.endsInMs - passed;

	return endsInMs > 0 ? {...verdict, endsInMs} : undefined;
}

/** The rules that are still full. */
function limitLeft({quotas}: Limited, passed: number): Limited | undefined {
	const left = quotas
		.map(quota => ({...quota, freesInMs: quota.freesInMs - passed}))
		.filter(({freesInMs}) => freesInMs > 0);

	return left.length > 0 ? {kind: 'limited', quotas: left} : undefined;
}

function areSame(rules: readonly Rule[], others: readonly Rule[]): boolean {
	return (
		rules === others ||
		(rules.length === others.length && rules.every((rule, index) => rule.id === others[index]?.id))
	);
}

function haveOneInCommon(rules: readonly Rule[], others: readonly Rule[]): boolean {
	return rules.some(rule => others.some(other => other.id === rule.id));
}

import {RecentMap} from '../../../collections/recent-map.ts';
import type {Rule} from '../../rule.ts';
import type {AdmitOptions, Banned, Limited} from '../../verdict.ts';
import {forCosts, quotasFor} from './costlier.ts';
import {Belief} from './freshness.ts';
import {timeLeft} from './time-left.ts';

/** What makes a request another one under the same rules. */
type Whose = Pick<AdmitOptions, 'immune' | 'costs'>;

/** A reply of the server that refuses a client. */
interface RefusingReply {
	readonly verdict: Banned | Limited;
	readonly rules: readonly Rule[];
	readonly options: Whose;
	/** Milliseconds. */
	readonly askedAt: number;
}

interface Remembered extends RefusingReply {
	readonly repliedAt: number;
	readonly belief: Belief;
}

/** How many clients are remembered: those that were refused last. */
const MAX_CLIENTS = 10_000;

/** How many refusals of one client are remembered: those by the rules of one route, of another, and so on. */
const MAX_OF_ONE = 16;

const none: readonly Remembered[] = [];

/**
 * Remembers refusals, and believes each for a second. However many requests a refused client sends, each list of
 * rules costs the server one question.
 */
export class Refusals {
	readonly #refusals = new RecentMap<readonly Remembered[]>(MAX_CLIENTS);

	remember(client: string, refusal: RefusingReply, now: number): void {
		const remembered = {...refusal, repliedAt: now, belief: new Belief(refusal.askedAt, now)};
		if (refusal.verdict.kind === 'banned') {
			this.#refusals.set(client, [remembered]);
			return;
		}

		const others = this.#of(client).filter(
			known =>
				known.belief.isHeld(now) &&
				(known.verdict.kind === 'banned'
					? refusal.options.immune === true
					: !decides(refusal, known.rules, known.options)),
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
			this.#keep(
				client,
				known.filter(
					refusal => refusal.verdict.kind === 'limited' && !haveOneInCommon(refusal.rules, rules),
				),
			);
		}
	}

	/** A request under these rules was given back: forgets the limits that may admit one now. */
	freed(client: string, rules: readonly Rule[]): void {
		this.#keep(
			client,
			this.#of(client).filter(
				({verdict, rules: known}) => verdict.kind === 'banned' || !haveOneInCommon(known, rules),
			),
		);
	}

	forget(client: string): void {
		this.#refusals.delete(client);
	}

	clear(): void {
		this.#refusals.clear();
	}

	/** A request would be admitted: forgets the refusals that say otherwise. */
	disprove(client: string, rules: readonly Rule[], options: Whose): void {
		const known = this.#of(client);
		if (known.some(refusal => decides(refusal, rules, options))) {
			this.#keep(
				client,
				known.filter(refusal => !decides(refusal, rules, options)),
			);
		}
	}

	/**
	 * The refusal of a request, if the same was refused less than a second ago and would still be refused.
	 * Shortly before that second is over, one request gets undefined, and asks the server for all others. They
	 * are refused until it has a reply.
	 */
	find(
		client: string,
		rules: readonly Rule[],
		options: Whose,
		now: number,
	): Banned | Limited | undefined {
		const known = this.#deciding(client, rules, options);

		return known?.belief.isHeld(now) && !known.belief.isDue(now)
			? forCosts(left(known, now), known.rules, known.options.costs, options.costs)
			: undefined;
	}

	/** The belief in a refusal of the same request, unless it is over by its own time. */
	belief(client: string, rules: readonly Rule[], options: Whose, now: number): Belief | undefined {
		const known = this.#deciding(client, rules, options);

		return known && left(known, now) ? known.belief : undefined;
	}

	#deciding(client: string, rules: readonly Rule[], options: Whose): Remembered | undefined {
		return this.#of(client).find(known => decides(known, rules, options));
	}

	#keep(client: string, refusals: readonly Remembered[]): void {
		this.#refusals.delete(client);
		if (refusals.length > 0) {
			this.#refusals.set(client, refusals);
		}
	}

	#of(client: string): readonly Remembered[] {
		return this.#refusals.get(client) ?? none;
	}
}

/** A ban refuses every request that is not immune; a limit, requests under the same rules that cost as much or more. */
function decides(
	known: RefusingReply,
	rules: readonly Rule[],
	{immune = false, costs}: Whose,
): boolean {
	return known.verdict.kind === 'banned'
		? !immune
		: (known.options.immune ?? false) === immune &&
				areSame(known.rules, rules) &&
				(costs === known.options.costs ||
					quotasFor(known.verdict, rules, known.options.costs, costs).length > 0);
}

function left({verdict, repliedAt}: Remembered, now: number): Banned | Limited | undefined {
	return timeLeft(verdict, now - repliedAt);
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

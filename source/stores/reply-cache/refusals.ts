import {RecentMap} from '../../collections/recent-map.ts';
import {costAtLeast} from '../costs.ts';
import type {Rule} from '../rule.ts';
import type {Banned, Limited} from '../verdict.ts';
import type {Belief} from './freshness.ts';
import {refusalAtOtherCosts} from './other-costs.ts';
import {
	type RefusingReply,
	type Remembered,
	type RequestKind,
	rememberedFrom,
} from './remembered.ts';
import {timeLeft, wholePassed} from './time-left.ts';

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
		const {verdict, options} = refusal;
		const remembered = rememberedFrom(refusal, now);
		if (verdict.kind === 'banned') {
			this.#refusals.set(client, [remembered]);
			return;
		}

		const others = this.#of(client).filter(
			known =>
				known.belief.isHeld(now) &&
				(known.verdict.kind === 'banned'
					? options.immune === true
					: !decides(remembered, known.rules, known.options, now)),
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
	disprove(client: string, rules: readonly Rule[], options: RequestKind, now: number): void {
		const known = this.#of(client);
		if (known.some(refusal => decides(refusal, rules, options, now))) {
			this.#keep(
				client,
				known.filter(refusal => !decides(refusal, rules, options, now)),
			);
		}
	}

	/**
	 * The refusal of a request, if the same was refused less than a second ago and would still be refused.
	 * Shortly before that second is over, one request gets undefined, and asks the source for all others. They
	 * are refused until it has a reply.
	 */
	find(
		client: string,
		rules: readonly Rule[],
		options: RequestKind,
		now: number,
	): Banned | Limited | undefined {
		const known = this.#deciding(client, rules, options, now);

		return known?.belief.isHeld(now) && !known.belief.isDue(now)
			? refusalFor(known, options, now)
			: undefined;
	}

	/** The belief in a refusal of the same request, unless it is over by its own time. */
	belief(
		client: string,
		rules: readonly Rule[],
		options: RequestKind,
		now: number,
	): Belief | undefined {
		const known = this.#deciding(client, rules, options, now);

		return known && refusalFor(known, options, now) ? known.belief : undefined;
	}

	#deciding(
		client: string,
		rules: readonly Rule[],
		options: RequestKind,
		now: number,
	): Remembered | undefined {
		return this.#of(client).find(known => decides(known, rules, options, now));
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

/**
 * A ban decides every request that is not immune; a limit, those under the same rules that cost the same, or that
 * certainly do not fit either.
 */
function decides(
	known: Remembered,
	rules: readonly Rule[],
	request: RequestKind,
	now: number,
): boolean {
	const {immune = false} = request;

	return known.verdict.kind === 'banned'
		? !immune
		: (known.options.immune ?? false) === immune &&
				areSame(known.rules, rules) &&
				(costSame(known, request) || refusalFor(known, request, now) !== undefined);
}

/** What is left of a refusal for a request that it decides, if anything. */
function refusalFor(
	known: Remembered,
	request: RequestKind,
	now: number,
): Banned | Limited | undefined {
	const {verdict, rules, options, repliedAt, unchangedForMs} = known;
	const passed = wholePassed(now - repliedAt);
	if (verdict.kind === 'banned' || costSame(known, request)) {
		return timeLeft(verdict, passed);
	}

	const reply = {verdict, unchangedForMs, rules, costs: options.costs};
	return refusalAtOtherCosts(reply, request.costs, passed);
}

function costSame({rules, options: {costs}}: Remembered, {costs: others}: RequestKind): boolean {
	return costAtLeast(costs, others, rules.length) && costAtLeast(others, costs, rules.length);
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

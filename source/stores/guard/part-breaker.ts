import {Breaker, PAUSE} from './breaker.ts';
import type {Slot} from './part-names.ts';
import {Unanswered} from './unanswered.ts';

/** Slots that fail in a row after which the whole part is left alone. */
const OPENS_AFTER = 5;

/** Failing slots beyond this number are not left alone one by one. A Redis cluster has 16,384. */
const MAX_SLOTS = 20_000;

/**
 * Questions without a reply after which what is left alone is asked about only once a minute. A server that hangs
 * keeps its connections open, and the client keeps each question for a reply.
 */
const MAX_UNANSWERED = 100;

/** Milliseconds. */
const LONG_PAUSE = 60_000;

/** Milliseconds for which the slots that were tried let others try a part that is left alone. */
const LATELY = 10_000;

/**
 * The circuit breakers of one part of a store, such as a server of a cluster, and of its slots. A slot that is
 * being moved to another server fails while its server works, so that each slot has a breaker of its own. Only
 * failures about several slots in a row show that the whole part fails.
 *
 * While nothing fails, this looks for no slot.
 */
export class PartBreaker {
	readonly #clock: () => number;
	readonly #slotOf: (client: string) => Slot;
	/** The slots whose last question failed. */
	readonly #failing = new Map<Slot, Breaker>();
	/** The slots that have failed since the part replied last. */
	readonly #inRow = new Set<Slot>();
	#lastTry = -Infinity;
	/** The questions that were given up. */
	readonly #unanswered = new Unanswered();

	/** @param clock milliseconds, from any origin */
	constructor(clock: () => number, slotOf: (client: string) => Slot) {
		this.#clock = clock;
		this.#slotOf = slotOf;
	}

	/** Whether to ask about a client. */
	mayAsk(client: string): boolean {
		if (this.#failing.size === 0) {
			return true;
		}

		const slot = this.#failing.get(this.#slotOf(client));
		if (this.#unanswered.count >= MAX_UNANSWERED && this.#isInLongPause(slot)) {
			return false;
		}

		return this.#isOpen ? this.#mayTry(slot) : (slot?.mayAsk() ?? true);
	}

	/** Whether the part, or the client's slot, is left alone. */
	isOpenFor(client: string): boolean {
		return this.#isOpen || this.#failing.get(this.#slotOf(client))?.isOpen === true;
	}

	succeeded(client: string): void {
		if (this.#failing.size === 0) {
			return;
		}

		this.#unanswered.clear();
		if (this.#isOpen) {
			// The slots failed with their part.
			this.#failing.clear();
		} else {
			this.#failing.delete(this.#slotOf(client));
		}

		this.#inRow.clear();
	}

	failed(client: string): void {
		const slot = this.#slotOf(client);
		const breaker = this.#failing.get(slot) ?? new Breaker(this.#clock);
		if (this.#failing.size < MAX_SLOTS) {
			this.#failing.set(slot, breaker);
		}

		// A slot that is left alone already says nothing new of the part.
		if (!(breaker.isOpen || this.#isOpen)) {
			this.#inRow.add(slot);
		}

		breaker.failed();
		this.#lastTry = this.#clock();
	}

	/** A question was given up. Its reply may come later; if the connection breaks, it rejects. */
	gaveUp(reply: PromiseLike<unknown>): void {
		this.#unanswered.add(reply);
	}

	/** Only what is left alone has a pause. */
	#isInLongPause(slot: Breaker | undefined): boolean {
		return this.#isOpen
			? this.#wasTriedWithin(LONG_PAUSE)
			: slot?.isOpen === true && slot.wasTriedWithin(LONG_PAUSE);
	}

	/** Not if the clock has gone back: a pause must not last longer. */
	#wasTriedWithin(ms: number): boolean {
		const ago = this.#clock() - this.#lastTry;
		return ago >= 0 && ago < ms;
	}

	get #isOpen(): boolean {
		return this.#inRow.size >= OPENS_AFTER;
	}

	/**
	 * One question a second finds out whether the part works again. Slots that were not tried lately may ask after
	 * half a second: the client of a slot that still fails must not win every trial.
	 */
	#mayTry(slot: Breaker | undefined): boolean {
		if (this.#wasTriedWithin(slot?.wasTriedWithin(LATELY) ? PAUSE : PAUSE / 2)) {
			return false;
		}

		this.#lastTry = this.#clock();
		return true;
	}
}

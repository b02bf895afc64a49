import type {AskOptions} from '../ask-options.ts';

/** Milliseconds for which a reply is believed. After that the source is asked again. */
const BELIEVED_FOR = 1000;

/** Whether a time is less than a second ago. Not if the clock went back. */
export function isFresh(askedAt: number, now: number): boolean {
	return now >= askedAt && now - askedAt < BELIEVED_FOR;
}

/** Milliseconds after which one request asks the source again, while the others still believe the reply. */
const RENEWED_AFTER = 800;

/**
 * For how long one reply of the source is believed: for a second, or until the reply to a question that one
 * request has asked by then. If all requests asked until that reply comes, a flood would cost the more
 * questions, the slower the source is.
 */
export class Belief {
	readonly #askedAt: number;
	readonly #until: number;
	/** The question whose reply replaces this one. */
	#renewal: {readonly asking: AskOptions | undefined} | undefined;

	/** @param askedAt the second begins with the question: the reply may not show what was undone since */
	constructor(askedAt: number, repliedAt: number) {
		this.#askedAt = askedAt;
		// A reply that was on its way for a second is believed until one request can ask again.
		this.#until = Math.max(askedAt + BELIEVED_FOR, repliedAt + BELIEVED_FOR - RENEWED_AFTER);
	}

	/** Whether the reply is believed. Not if the clock went back. */
	isHeld(now: number): boolean {
		return now >= this.#askedAt && (now < this.#until || this.#isAwaited);
	}

	/** Whether the caller is to ask the source again. */
	isDue(now: number): boolean {
		return now - this.#askedAt >= RENEWED_AFTER && !this.#isPending;
	}

	/**
	 * A request asks the source again. If the reply is believed now, it is believed until that question settles or
	 * is given up.
	 *
	 * @returns what to call when that question has settled; undefined if another is on its way already: a chain of
	 * questions without replies must not make the belief last
	 */
	renew(asking: AskOptions | undefined, now: number): (() => void) | undefined {
		if (!this.isHeld(now) || this.#isAwaited) {
			return undefined;
		}

		const renewal = {asking};
		this.#renewal = renewal;

		return () => {
			if (this.#renewal === renewal) {
				this.#renewal = undefined;
			}
		};
	}

	/** Whether a question is on its way that has not been given up. */
	get #isPending(): boolean {
		return this.#renewal !== undefined && !this.#renewal.asking?.signal.aborted;
	}

	/** Whether its reply can be relied on. Nobody gives up a question without `asking`, even if none ever comes. */
	get #isAwaited(): boolean {
		return this.#renewal?.asking !== undefined && this.#isPending;
	}
}

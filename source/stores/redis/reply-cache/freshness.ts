import type {AskOptions} from '../../ask-options.ts';
import {Renewal} from './renewal.ts';

/** Milliseconds for which a reply is believed. After that the server is asked again. */
const BELIEVED_FOR = 1000;

/** Whether a time is less than a second ago. Not if the clock went back. */
export function isFresh(askedAt: number, now: number): boolean {
	return now >= askedAt && now - askedAt < BELIEVED_FOR;
}

/** Milliseconds after which one request asks the server again, while the others still believe the reply. */
const RENEWED_AFTER = 800;

/**
 * For how long one reply of the server is believed: for a second, or until the reply to a question that one
 * request has asked by then. If all requests asked until that reply comes, a flood would cost the more
 * questions, the slower the server is.
 */
export class Belief {
	readonly #askedAt: number;
	readonly #until: number;
	#renewal: Renewal | undefined;

	/** @param askedAt the second begins with the question: the reply may not show what was undone since */
	constructor(askedAt: number, repliedAt: number) {
		this.#askedAt = askedAt;
		// A reply that was on its way for a second is believed until one request can ask again.
		this.#until = Math.max(askedAt + BELIEVED_FOR, repliedAt + BELIEVED_FOR - RENEWED_AFTER);
	}

	/** Whether the reply is believed. Not if the clock went back. */
	isHeld(now: number): boolean {
		return (
			now >= this.#askedAt &&
			(now < this.#until || (this.#renewal?.isInTime === true && this.#renewal.isAwaited))
		);
	}

	/** Whether the caller is to ask the server again. */
	isDue(now: number): boolean {
		return now - this.#askedAt >= RENEWED_AFTER && !this.#renewal?.isPending;
	}

	/** Resolves when the question that is on its way is over, if there is one. */
	get question(): Promise<void> | undefined {
		return this.#renewal?.isAwaited ? this.#renewal.over : undefined;
	}

	/**
	 * A request asks the server again.
	 *
	 * @returns what to call when that question has settled; undefined if another is on its way already: a chain of
	 * questions without replies must not make the belief last
	 */
	renew(asking: AskOptions | undefined, now: number): (() => void) | undefined {
		if (this.#renewal?.isAwaited) {
			return undefined;
		}

		const renewal = new Renewal(this.isHeld(now), asking);
		this.#renewal = renewal;

		return () => {
			renewal.end();
			if (this.#renewal === renewal) {
				this.#renewal = undefined;
			}
		};
	}
}

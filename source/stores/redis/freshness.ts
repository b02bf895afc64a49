/** Milliseconds that a reply is believed. Then the server is asked again. */
const BELIEVED = 1000;

/** Whether a reply to what was asked at this time is believed still; never by a clock that went back. */
export function isFresh(askedAt: number, now: number): boolean {
	return now >= askedAt && now - askedAt < BELIEVED;
}

/** Milliseconds after which one request asks anew, while the others go on to believe. */
const ASKED_ANEW_AFTER = 800;

/** Whose turn it is to ask anew: else all that are in flight when a reply is no longer believed would. */
export class Turn {
	readonly #askedAt: number;
	#isTaken = false;

	constructor(askedAt: number) {
		this.#askedAt = askedAt;
	}

	/** Whether it is the turn of who asks: once, for the first after a while. */
	isMine(now: number): boolean {
		if (this.#isTaken || now - this.#askedAt < ASKED_ANEW_AFTER) {
			return false;
		}

		this.#isTaken = true;
		return true;
	}
}

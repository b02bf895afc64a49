/** Milliseconds for which a reply is believed. After that the server is asked again. */
const BELIEVED_FOR = 1000;

/** Whether a reply is still believed. Not if the clock went back. */
export function isFresh(askedAt: number, now: number): boolean {
	return now >= askedAt && now - askedAt < BELIEVED_FOR;
}

/** Milliseconds after which one request asks the server again, while the others still believe the reply. */
const RENEWED_AFTER = 800;

/**
 * Gives one request the turn to ask the server again. Otherwise every request in flight would ask when the
 * reply is no longer believed.
 */
export class Turn {
	readonly #askedAt: number;
	#isTaken = false;

	constructor(askedAt: number) {
		this.#askedAt = askedAt;
	}

	/** Whether the caller has the turn: true once, for the first caller after a while. */
	isMine(now: number): boolean {
		if (this.#isTaken || now - this.#askedAt < RENEWED_AFTER) {
			return false;
		}

		this.#isTaken = true;
		return true;
	}
}

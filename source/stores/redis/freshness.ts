/** Milliseconds that a reply is believed. Then the server is asked again. */
const BELIEVED = 1000;

/** Whether a reply to what was asked at this time is believed still; never by a clock that went back. */
export function isFresh(askedAt: number, now: number): boolean {
	return now >= askedAt && now - askedAt < BELIEVED;
}

/**
 * Tells a store whether a question is still wanted. What has not been sent to a server when `signal` is aborted
 * must not be sent later. An `AbortController` creates its signal when it is first read, which costs
 * microseconds: read it only where a question has to wait.
 */
export interface AskOptions {
	readonly signal: AbortSignal;
}

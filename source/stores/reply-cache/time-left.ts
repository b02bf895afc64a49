import type {Banned, Limited} from '../verdict.ts';

/** Milliseconds that have passed, rounded down, so that no client is told to wait too short a time. */
export function wholePassed(ms: number): number {
	return Math.max(0, Math.floor(ms));
}

/**
 * What is left of a refusal, if anything.
 *
 * @param passed whole milliseconds since the source replied
 */
export function timeLeft(verdict: Banned | Limited, passed: number): Banned | Limited | undefined {
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

import {inspect} from 'node:util';

/** Tells whether an answer has what it needs to be acted upon. */
export type IsAnswer = (answer: unknown) => boolean;

/** @throws {TypeError} for what is no such answer: then the store is at fault */
export function checked<T>(answer: T, isAnswer: IsAnswer): T {
	if (!isAnswer(answer)) {
		throw new TypeError(`the store answered ${shown(answer)}`);
	}

	return answer;
}

export function isVerdict(answer: unknown): boolean {
	const {kind, quotas, endsInMs} = fields(answer);
	switch (kind) {
		case 'admitted':
			return areQuotas(quotas);
		case 'limited':
			return areQuotas(quotas) && quotas.length > 0;
		case 'banned':
			return isAhead(endsInMs);
		default:
			return false;
	}
}

export function isReportOutcome(answer: unknown): boolean {
	const {reports, banEndsInMs} = fields(answer);

	return Number.isFinite(reports) && (banEndsInMs === undefined || isAhead(banEndsInMs));
}

/** Whatever a store has thrown or answered, as text: to show it must not be the next failure. */
export function shown(value: unknown): string {
	try {
		return value instanceof Error ? String(value) : inspect(value, {depth: 1});
	} catch {
		return 'what cannot be shown';
	}
}

function areQuotas(quotas: unknown): quotas is readonly unknown[] {
	if (!Array.isArray(quotas)) {
		return false;
	}

	for (const quota of quotas) {
		if (!isQuota(quota)) {
			return false;
		}
	}

	return true;
}

function isQuota(quota: unknown): boolean {
	const {rule, remaining, freesInMs} = fields(quota);

	return (
		isRule(rule) && Number.isFinite(remaining) && Number.isFinite(freesInMs) && isAhead(freesInMs)
	);
}

function isRule(rule: unknown): boolean {
	const {name, count, window} = fields(rule);

	return typeof name === 'string' && Number.isFinite(count) && Number.isFinite(window);
}

function fields(answer: unknown): Record<string, unknown> {
	return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
}

function isAhead(time: unknown): boolean {
	return typeof time === 'number' && time > 0;
}

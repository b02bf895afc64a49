import {inspect} from 'node:util';
import type {Rule} from '../../options/rules.ts';
import {keptReason} from '../reason.ts';
import type {Quota, ReportOutcome, Verdict} from '../store.ts';

/*
 * A store may return anything. Each field is read once. Rules are the ones asked about, never the store's
 * copies.
 */

/** @throws {TypeError} for what is no verdict on these rules: then the store is at fault */
export function readVerdict(answer: unknown, rules: readonly Rule[]): Verdict {
	const {kind} = fields(answer);
	switch (kind) {
		case 'admitted':
			return {kind, quotas: quotasOf(answer, rules)};
		case 'limited':
			return {kind, quotas: notEmpty(quotasOf(answer, rules), answer)};
		case 'banned': {
			const {by, reason, endsInMs} = fields(answer);
			return {
				kind,
				by: by === 'reports' ? by : 'hand',
				...(typeof reason === 'string' && {reason: keptReason(reason)}),
				endsInMs: ahead(endsInMs, answer),
			};
		}
		default:
			throw noAnswer(answer);
	}
}

/** @throws {TypeError} for what is no outcome of a report */
export function readOutcome(answer: unknown): ReportOutcome {
	const {reports, banEndsInMs} = fields(answer);
	if (!isNumber(reports)) {
		throw noAnswer(answer);
	}

	return banEndsInMs === undefined ? {reports} : {reports, banEndsInMs: ahead(banEndsInMs, answer)};
}

/** Whatever a store has thrown or answered, as text: to show it must not be the next failure. */
export function shown(value: unknown): string {
	try {
		return value instanceof Error ? String(value) : inspect(value, {depth: 1});
	} catch {
		return 'what cannot be shown';
	}
}

function quotasOf(answer: unknown, rules: readonly Rule[]): readonly Quota[] {
	const {quotas} = fields(answer);
	if (!Array.isArray(quotas)) {
		throw noAnswer(answer);
	}

	return Array.from(quotas, quota => {
		const {rule: told, remaining, freesInMs} = fields(quota);
		const {counter} = fields(told);
		const rule = rules.find(asked => asked.counter === counter);
		if (rule === undefined || !isNumber(remaining) || !isNumber(freesInMs)) {
			throw noAnswer(answer);
		}

		return {rule, remaining, freesInMs: ahead(freesInMs, answer)};
	});
}

function notEmpty(quotas: readonly Quota[], answer: unknown): readonly Quota[] {
	if (quotas.length === 0) {
		throw noAnswer(answer);
	}

	return quotas;
}

function fields(answer: unknown): Record<string, unknown> {
	return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
}

function isNumber(given: unknown): given is number {
	return Number.isFinite(given);
}

function ahead(time: unknown, answer: unknown): number {
	if (typeof time === 'number' && time > 0) {
		return time;
	}

	throw noAnswer(answer);
}

function noAnswer(answer: unknown): TypeError {
	return new TypeError(`the store answered ${shown(answer)}`);
}

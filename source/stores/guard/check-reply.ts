import {describe} from '../../checks/describe.ts';
import {keptReason} from '../reason.ts';
import type {Rule} from '../rule.ts';
import type {Quota, ReportOutcome, Verdict} from '../store.ts';

/*
 * A store may return anything. Each field is read once. The rules of a verdict are the ones that were asked
 * about, never the store's copies.
 */

/** @throws {TypeError} for anything that is not a verdict on these rules */
export function readVerdict(reply: unknown, rules: readonly Rule[]): Verdict {
	const {kind} = fields(reply);
	switch (kind) {
		case 'admitted':
			return {kind, quotas: quotasOf(reply, rules)};
		case 'limited':
			return {kind, quotas: notEmpty(quotasOf(reply, rules), reply)};
		case 'banned': {
			const {by, reason, endsInMs} = fields(reply);
			return {
				kind,
				by: by === 'reports' ? by : 'hand',
				...(typeof reason === 'string' && {reason: keptReason(reason)}),
				endsInMs: ahead(endsInMs, reply),
			};
		}
		default:
			throw nonsense(reply);
	}
}

/** @throws {TypeError} for anything that is not the outcome of a report */
export function readOutcome(reply: unknown): ReportOutcome {
	const {reports, banEndsInMs} = fields(reply);
	if (!isNumber(reports)) {
		throw nonsense(reply);
	}

	return banEndsInMs === undefined ? {reports} : {reports, banEndsInMs: ahead(banEndsInMs, reply)};
}

function quotasOf(reply: unknown, rules: readonly Rule[]): readonly Quota[] {
	const {quotas} = fields(reply);
	if (!Array.isArray(quotas) || quotas.length > rules.length) {
		throw nonsense(reply);
	}

	return Array.from(quotas, quota => {
		const {rule: returned, remaining, freesInMs} = fields(quota);
		const {id} = fields(returned);
		const rule = rules.find(asked => asked.id === id);
		if (rule === undefined || !isNumber(remaining) || !isNumber(freesInMs)) {
			throw nonsense(reply);
		}

		return {rule, remaining, freesInMs: ahead(freesInMs, reply)};
	});
}

function notEmpty(quotas: readonly Quota[], reply: unknown): readonly Quota[] {
	if (quotas.length === 0) {
		throw nonsense(reply);
	}

	return quotas;
}

function fields(reply: unknown): Record<string, unknown> {
	return typeof reply === 'object' && reply !== null ? (reply as Record<string, unknown>) : {};
}

function isNumber(given: unknown): given is number {
	return Number.isFinite(given);
}

function ahead(time: unknown, reply: unknown): number {
	if (typeof time === 'number' && time > 0) {
		return time;
	}

	throw nonsense(reply);
}

function nonsense(reply: unknown): TypeError {
	return new TypeError(`the store returned ${describe(reply)}`);
}

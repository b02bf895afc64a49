import {describe} from '../../checks/describe.ts';
import type {BanOutcome, ReportOutcome, StoredBan} from '../ban-records.ts';
import type {Inspection} from '../inspection.ts';
import {keptReason} from '../reason.ts';
import type {Rule} from '../rule.ts';
import type {Admitted, Quota, Verdict} from '../verdict.ts';

/*
 * A store may return anything. Each field is read once. The rules of a verdict are the ones that were asked
 * about, never the store's copies.
 */

/** @throws {TypeError} for anything that is not a verdict on these rules */
export function checkedVerdict(reply: unknown, rules: readonly Rule[]): Verdict {
	const {kind} = fields(reply);
	switch (kind) {
		case 'admitted':
			return {kind, quotas: quotasOf(reply, rules), ...countedOf(reply, rules)};
		case 'limited':
			return {kind, quotas: notEmpty(quotasOf(reply, rules), reply)};
		case 'banned':
			return {kind, ...causeOf(reply), endsInMs: ahead(fields(reply).endsInMs, reply)};
		default:
			throw nonsense(reply);
	}
}

/** @throws {TypeError} for anything that is not the outcome of a report */
export function checkedOutcome(reply: unknown): ReportOutcome {
	const {reports, banEndsInMs, begunForMs, strike} = fields(reply);
	if (!isNumber(reports)) {
		throw nonsense(reply);
	}

	if (banEndsInMs === undefined) {
		return {reports};
	}

	const banned = {reports, banEndsInMs: ahead(banEndsInMs, reply)};
	return begunForMs === undefined
		? banned
		: {...banned, begunForMs: ahead(begunForMs, reply), ...(isNumber(strike) && {strike})};
}

/** @throws {TypeError} for anything that does not say when the ban ends */
export function checkedBanOutcome(reply: unknown): BanOutcome {
	const {banEndsInMs} = fields(reply);

	return {banEndsInMs: ahead(banEndsInMs, reply)};
}

/** @throws {TypeError} for anything that does not say how a client stands, with a quota for each rule */
export function checkedInspection(reply: unknown, rules: readonly Rule[]): Inspection {
	const {ban, reports, strike, quotas} = fields(reply);
	if (
		!isNumber(reports) ||
		!isNumber(strike) ||
		!Array.isArray(quotas) ||
		quotas.length !== rules.length
	) {
		throw nonsense(reply);
	}

	return {
		...(ban !== undefined && {ban: storedBan(ban, reply)}),
		reports,
		strike,
		// Two rules may share an ID, and so a counter: each has its own quota.
		quotas: rules.map((rule, index) => readQuota(quotas[index], [rule], reply)),
	};
}

/** Nothing, unless the store was asked for it. */
function countedOf(reply: unknown, rules: readonly Rule[]): Pick<Admitted, 'counted'> {
	const {counted} = fields(reply);
	if (!Array.isArray(counted)) {
		return {};
	}

	return {
		counted: Array.from(counted, one => {
			const {rule: returned, cost, receipt} = fields(one);
			const rule = askedRule(returned, rules);
			if (rule === undefined || !isNumber(cost)) {
				throw nonsense(reply);
			}

			return {rule, cost, receipt};
		}),
	};
}

/** @throws {TypeError} for anything but a list of bans */
export function checkedRanges(reply: unknown): readonly StoredBan[] {
	if (!Array.isArray(reply)) {
		throw nonsense(reply);
	}

	return Array.from(reply, range => {
		const {strike: _, ...ban} = storedBan(range, reply);

		return {...ban, by: 'hand'};
	});
}

function storedBan(ban: unknown, reply: unknown): StoredBan {
	const {client, endsInMs, strike} = fields(ban);
	if (typeof client !== 'string') {
		throw nonsense(reply);
	}

	return {
		client,
		...causeOf(ban),
		endsInMs: ahead(endsInMs, reply),
		...(isNumber(strike) && {strike}),
	};
}

function causeOf(ban: unknown): Pick<StoredBan, 'by' | 'reason'> {
	const {by, reason} = fields(ban);

	return {
		by: by === 'reports' ? by : 'hand',
		...(typeof reason === 'string' && {reason: keptReason(reason)}),
	};
}

function quotasOf(reply: unknown, rules: readonly Rule[]): readonly Quota[] {
	const {quotas} = fields(reply);
	if (!Array.isArray(quotas) || quotas.length > rules.length) {
		throw nonsense(reply);
	}

	return Array.from(quotas, quota => readQuota(quota, rules, reply));
}

function readQuota(quota: unknown, rules: readonly Rule[], reply: unknown): Quota {
	const {rule: returned, remaining, freesInMs} = fields(quota);
	const rule = askedRule(returned, rules);
	if (rule === undefined || !isNumber(remaining) || !isNumber(freesInMs)) {
		throw nonsense(reply);
	}

	return {rule, remaining, freesInMs: ahead(freesInMs, reply)};
}

function askedRule(returned: unknown, rules: readonly Rule[]): Rule | undefined {
	const {id} = fields(returned);

	return rules.find(asked => asked.id === id);
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

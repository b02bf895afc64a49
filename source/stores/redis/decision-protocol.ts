import {costOf} from '../costs.ts';
import type {Inspection} from '../inspection.ts';
import type {Rule} from '../rule.ts';
import {
	type AdmitOptions,
	type Admitted,
	admitted,
	type Counted,
	type Quota,
	type Verdict,
} from '../verdict.ts';
import {banOf, readBan} from './ban-protocol.ts';
import {listOf, unreadable} from './connection/reply-list.ts';
import type {Receipt} from './receipt.ts';

/** What the server has decided about a request. */
export interface Decision {
	readonly verdict: Verdict;
	/** For each quota of a refusal, milliseconds in which nothing leaves the window of its rule. */
	readonly unchangedForMs: readonly number[];
}

/**
 * Reads what `scripts/admit.ts` returns about one request, from a list that continues with the next one.
 *
 * @throws {TypeError} for a list that makes no sense
 */
export function readDecision(
	values: Iterator<unknown>,
	rules: readonly Rule[],
	options: AdmitOptions,
): Decision {
	switch (Number(next(values))) {
		case 0:
			return certain(readAdmitted(values, rules, options));
		case 1:
			return readLimited(values, rules);
		case 2:
			return certain({kind: 'banned', ...banOf([next(values), next(values), next(values)])});
		case 3:
			return certain(admitted);
		default:
			throw unreadable('an unknown kind of verdict');
	}
}

function certain(verdict: Verdict): Decision {
	return {verdict, unchangedForMs: []};
}

/**
 * Reads what `scripts/inspect.ts` returns.
 *
 * @throws {TypeError} for a list that makes no sense
 */
export function readInspection(client: string, rules: readonly Rule[], reply: unknown): Inspection {
	const values = listOf(reply).values();
	const ban = readBan(client, next(values));

	return {
		...(ban && {ban}),
		reports: Number(next(values)),
		strike: Number(next(values)),
		quotas: rules.map(rule => readQuota(values, rule)),
	};
}

function readAdmitted(
	values: Iterator<unknown>,
	rules: readonly Rule[],
	{costs, returnable}: AdmitOptions,
): Admitted {
	const quotas = rules.map(rule => readQuota(values, rule));

	return returnable
		? {kind: 'admitted', quotas, counted: readCounted(values, rules, costs)}
		: {kind: 'admitted', quotas};
}

function readCounted(
	values: Iterator<unknown>,
	rules: readonly Rule[],
	costs: readonly number[] | undefined,
): readonly Counted[] {
	const resets = Number(next(values));

	return rules
		.map((rule, index) => {
			const receipt: Receipt = {at: Number(next(values)), resets};
			return {rule, cost: costOf(costs, index), receipt};
		})
		.filter(({cost}) => cost > 0);
}

function readLimited(values: Iterator<unknown>, rules: readonly Rule[]): Decision {
	const quotas: Quota[] = [];
	const unchangedForMs: number[] = [];
	for (let left = Number(next(values)); left > 0; left -= 1) {
		const rule = rules[Number(next(values))];
		if (rule === undefined) {
			throw unreadable('a rule that was not asked about');
		}

		quotas.push(readQuota(values, rule));
		unchangedForMs.push(Number(next(values)));
	}

	return {verdict: {kind: 'limited', quotas}, unchangedForMs};
}

function readQuota(values: Iterator<unknown>, rule: Rule): Quota {
	return {rule, remaining: Number(next(values)), freesInMs: Number(next(values))};
}

function next(values: Iterator<unknown>): unknown {
	const {value, done} = values.next();
	if (done) {
		throw unreadable('too little');
	}

	return value;
}

import type {Rule} from '../../options/rules.ts';
import {keptReason} from '../reason.ts';
import {admitted, type Quota, type ReportOutcome, type StoredBan, type Verdict} from '../store.ts';

/**
 * Reads what `scripts/admit.ts` answers about one question, of a list that goes on with the next one's.
 *
 * @throws {TypeError} for a list that makes no sense
 */
export function parseVerdict(told: Iterator<unknown>, rules: readonly Rule[]): Verdict {
	switch (Number(next(told))) {
		case 0:
			return {kind: 'admitted', quotas: rules.map(rule => readQuota(told, rule))};
		case 1:
			return {kind: 'limited', quotas: readFull(told, rules)};
		case 2:
			return {kind: 'banned', ...banOf([next(told), next(told), next(told)])};
		case 3:
			return admitted;
		default:
			throw unreadable('a kind of answer that there is not');
	}
}

/** Reads what `scripts/report.ts` answers. */
export function parseOutcome(reply: unknown): ReportOutcome {
	const [reports, left] = listOf(reply);

	return left === undefined
		? {reports: Number(reports)}
		: {reports: Number(reports), banEndsInMs: msOf(left)};
}

/** Reads what `scripts/show.ts` answers: undefined where there is no ban. */
export function readBan(client: string, reply: unknown): StoredBan | undefined {
	return reply === null ? undefined : {client, ...banOf(listOf(reply))};
}

/** @throws {TypeError} for what is no list */
export function listOf(reply: unknown): readonly unknown[] {
	if (!Array.isArray(reply)) {
		throw unreadable(JSON.stringify(reply));
	}

	return reply;
}

function readFull(told: Iterator<unknown>, rules: readonly Rule[]): readonly Quota[] {
	return Array.from({length: Number(next(told))}, () => {
		const rule = rules[Number(next(told))];
		if (rule === undefined) {
			throw unreadable('a rule that was not asked about');
		}

		return readQuota(told, rule);
	});
}

function readQuota(told: Iterator<unknown>, rule: Rule): Quota {
	return {rule, remaining: Number(next(told)), freesInMs: Number(next(told))};
}

function next(told: Iterator<unknown>): unknown {
	const {value, done} = told.next();
	if (done) {
		throw unreadable('too little');
	}

	return value;
}

function banOf([by, left, reason]: readonly unknown[]): Omit<StoredBan, 'client'> {
	return {
		by: by === 'r' ? 'reports' : 'hand',
		...reasonOf(reason),
		endsInMs: msOf(left),
	};
}

/** None where there is none, or where another has written what is no JSON. */
function reasonOf(text: unknown): {reason?: string} {
	try {
		return {reason: keptReason(String(JSON.parse(String(text))))};
	} catch {
		return {};
	}
}

function msOf(text: unknown): number {
	return text === 'inf' ? Infinity : Number(text);
}

function unreadable(what: string): TypeError {
	return new TypeError(`A script answered ${what}`);
}

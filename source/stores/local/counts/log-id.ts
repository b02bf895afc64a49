import {hash} from 'node:crypto';
import type {Rule} from '../../rule.ts';

const known = new WeakMap<Rule, number>();

/** The ID of the log of requests under a rule: an even number of 48 bits. */
export function requestsId(rule: Rule): number {
	let id = known.get(rule);
	if (id === undefined) {
		id = computed(rule);
		known.set(rule, id);
	}

	return id;
}

/** The ID of the log of reports under a rule: the odd number after that. */
export function reportsId(rule: Rule): number {
	return requestsId(rule) + 1;
}

export function isOfReports(id: number): boolean {
	return id % 2 === 1;
}

function computed({id}: Rule): number {
	const number = Number.parseInt(hash('sha256', id).slice(0, 12), 16);

	return number - (number % 2);
}

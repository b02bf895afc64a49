import type {Explanation} from '../../context.ts';
import {startOf} from '../text/start-of.ts';

/** Characters of a header, which may hold as much as Node.js takes. */
const MAX_TEXT = 500;

/** Proxies that are named. */
const MAX_PASSED = 20;

/** An explanation that takes little memory, whatever a client has sent. */
export function boundedExplanation(explanation: Explanation): Explanation {
	const {value, passed} = explanation;

	return {
		...explanation,
		...(value !== undefined && {value: bounded(value)}),
		passed: passed.slice(0, MAX_PASSED),
	};
}

/** Copies the start of a text: a slice would keep all of it in memory. */
function bounded(text: string): string {
	return Buffer.from(startOf(text, MAX_TEXT), 'utf16le').toString('utf16le');
}

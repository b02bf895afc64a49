import type {Rule} from '../../../source/stores/rule.ts';
import type {Quota} from '../../../source/stores/verdict.ts';

/** Everything in a response that a gate decides; a field that is absent is undefined. */
export interface ResponseModel {
	readonly status: number;
	/** Whether the handler ran. */
	readonly ran: boolean;
	readonly retryAfter: string | undefined;
	readonly policy: string | undefined;
	readonly rateLimit: string | undefined;
	readonly refusal: RefusalModel | undefined;
}

/** What the body of a refusal says. */
export interface RefusalModel {
	readonly text: string;
	readonly type: 'quota-exceeded' | 'abnormal-usage-detected';
	readonly violated: readonly string[];
}

/** The field `RateLimit-Policy`. */
export function policyField(rules: readonly Rule[]): string {
	return rules
		.map(({name, count, window}) => {
			const seconds = window % 1000 === 0 ? `;w=${window / 1000}` : '';
			return `${quoted(name)};q=${count}${seconds}`;
		})
		.join(', ');
}

/** One item of the field `RateLimit`. */
export function rateLimitItem({rule, remaining, freesInMs}: Quota): string {
	const share = Math.ceil((rule.window * remaining) / rule.count / 1000);
	const seconds = Math.max(wholeSeconds(freesInMs), share);

	return `${quoted(rule.name)};r=${remaining};t=${seconds}`;
}

export function wholeSeconds(ms: number): number {
	return Math.max(1, Math.ceil(ms / 1000));
}

export function times(count: number, what: string): string {
	return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

export function aWindow({window}: Rule): string {
	return `a ${window / 1000}s window`;
}

function quoted(name: string): string {
	return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

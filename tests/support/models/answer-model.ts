/** At most `count` within `window` milliseconds. */
export interface RuleModel {
	readonly name: string;
	readonly count: number;
	readonly window: number;
}

/** All of an answer that a gate has a say in; what is undefined is absent. */
export interface AnswerModel {
	readonly status: number;
	/** Whether the handler has run. */
	readonly ran: boolean;
	readonly retryAfter: string | undefined;
	readonly policy: string | undefined;
	readonly rateLimit: string | undefined;
	readonly told: ToldModel | undefined;
}

/** What a refused client is told. */
export interface ToldModel {
	readonly text: string;
	readonly type: 'quota-exceeded' | 'abnormal-usage-detected';
	readonly violated: readonly string[];
}

export function policies(rules: readonly RuleModel[]): string {
	return rules
		.map(({name, count, window}) => {
			const seconds = window % 1000 === 0 ? `;w=${window / 1000}` : '';
			return `${quoted(name)};q=${count}${seconds}`;
		})
		.join(', ');
}

export function wholeSeconds(ms: number): number {
	return Math.max(1, Math.ceil(ms / 1000));
}

export function quoted(name: string): string {
	return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function times(count: number, what: string): string {
	return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

export function aWindow({window}: RuleModel): string {
	return `a ${window / 1000}s window`;
}

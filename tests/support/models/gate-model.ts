import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {Banned, Limited} from '../../../source/stores/verdict.ts';
import {NaiveStore} from './naive-store.ts';
import {
	aWindow,
	policyField,
	type ResponseModel,
	rateLimitItem,
	times,
	wholeSeconds,
} from './response-model.ts';

export interface ClientModel {
	readonly key: string;
	/** Whether its requests come from our proxy without an address of their own. */
	readonly immune: boolean;
}

export interface RouteModel {
	/** In the order in which they run before the handler. */
	readonly marks: ReadonlyArray<'bypass' | SpecificModel>;
	/** The weights of the reports that the handler makes before it responds with `status`. */
	readonly reports: readonly number[];
	readonly status: number;
}

export interface SpecificModel {
	readonly rules: readonly Rule[];
	readonly standalone: boolean;
}

interface GateModelOptions {
	readonly now: number;
	readonly global: readonly Rule[];
	readonly banRule: SettledBanRule | undefined;
	readonly excludedMethods: readonly string[];
}

/** A gate in its plainest form: which rules a NaiveStore is asked about, and what its verdicts look like. */
export class GateModel {
	readonly #options: GateModelOptions;
	readonly #store: NaiveStore;

	constructor(options: GateModelOptions) {
		this.#options = options;
		this.#store = new NaiveStore(options.now);
	}

	get now(): number {
		return this.#store.now;
	}

	set now(now: number) {
		this.#store.now = now;
	}

	/** The response to a request. A request without a route is a 404. */
	request(client: ClientModel, method: string, route: RouteModel | undefined): ResponseModel {
		const asked: Rule[] = [];
		const items: string[] = [];

		for (const rules of this.#questions(method, route)) {
			const verdict = this.#store.admit(client.key, rules, {immune: client.immune});
			if (verdict.kind === 'banned') {
				return this.#banned(verdict);
			}

			asked.push(...rules);
			if (verdict.kind === 'limited') {
				return limited(verdict, asked);
			}

			items.push(...verdict.quotas.map(rateLimitItem));
		}

		const {banRule} = this.#options;
		if (banRule && !client.immune) {
			for (const weight of route?.reports ?? []) {
				this.#store.report(client.key, banRule, {weight});
			}
		}

		return {
			status: route?.status ?? 404,
			ran: route !== undefined,
			retryAfter: undefined,
			policy: asked.length > 0 ? policyField(asked) : undefined,
			rateLimit: asked.length > 0 ? items.join(', ') : undefined,
			refusal: undefined,
		};
	}

	/** A manual ban lasts as long as one by the ban rule, or without end if there is no ban rule. */
	ban(client: string): void {
		this.#store.ban(client, {duration: this.#options.banRule?.durations[0] ?? Infinity});
	}

	unban(client: string): void {
		this.#store.unban(client);
	}

	reset(client: string): void {
		this.#store.reset(client);
	}

	/** The future moments at which something leaves its window or a ban ends, in order. */
	moments(): number[] {
		return this.#store.moments();
	}

	/** The rules that the store is asked about, one list after the other. An empty list asks about the ban. */
	#questions(method: string, route: RouteModel | undefined): Array<readonly Rule[]> {
		const marks = route?.marks ?? [];
		if (marks.includes('bypass')) {
			return [];
		}

		const {global, excludedMethods} = this.#options;
		const specifics = marks.filter(mark => mark !== 'bypass');
		const isExempt =
			specifics.some(({standalone}) => standalone) || excludedMethods.includes(method);
		return [isExempt ? [] : global, ...specifics.map(({rules}) => rules)];
	}

	#banned({by, endsInMs}: Banned): ResponseModel {
		const seconds = wholeSeconds(endsInMs);
		const rule = by === 'reports' ? this.#options.banRule : undefined;
		const length = endsInMs === Infinity ? '' : ` for ${seconds}s`;
		const cause = rule ? ` (reported ${times(rule.count, 'time')} in ${aWindow(rule)})` : '';

		return {
			status: 403,
			ran: false,
			retryAfter: endsInMs === Infinity ? undefined : String(seconds),
			policy: undefined,
			rateLimit: undefined,
			refusal: {
				text: `banned${length}${cause}`,
				type: 'abnormal-usage-detected',
				violated: rule ? [rule.name] : [],
			},
		};
	}
}

/** The text names the rule that frees up last. */
function limited({quotas}: Limited, asked: readonly Rule[]): ResponseModel {
	const {rule, freesInMs} = quotas.reduce((last, quota) =>
		quota.freesInMs > last.freesInMs ? quota : last,
	);
	const seconds = wholeSeconds(freesInMs);

	return {
		status: 429,
		ran: false,
		retryAfter: String(seconds),
		policy: policyField(asked),
		rateLimit: quotas.map(rateLimitItem).join(', '),
		refusal: {
			text: `rate limited for ${seconds}s (over ${times(rule.count, 'request')} in ${aWindow(rule)})`,
			type: 'quota-exceeded',
			violated: quotas.map(quota => quota.rule.name),
		},
	};
}

import type {RefusalKind} from '../context.ts';
import type {RefusedEvent} from '../telemetry/events.ts';

/** How many rules are told apart. A function may return any number of them, named after what a client sends. */
const MAX_RULES = 100;

interface RefusalCount {
	readonly verdict: RefusalKind;
	/** `''` where no rule refuses. */
	readonly rule: string;
	count: number;
}

/** Counts refusals by verdict and rule, for as many rules as labels allow. */
export class RefusalCounts {
	readonly #counts = new Map<string, RefusalCount>();
	readonly #rules = new Set<string>();

	/** Counts a refusal once for each full rule. */
	readonly count = ({kind, rules}: Pick<RefusedEvent, 'kind' | 'rules'>): void => {
		if (rules.length === 0) {
			this.#add(kind, '');
		}

		for (const rule of rules) {
			this.#add(kind, this.#label(rule));
		}
	};

	list(): ReadonlyArray<Readonly<RefusalCount>> {
		return [...this.#counts.values()];
	}

	#add(verdict: RefusalKind, rule: string): void {
		const key = `${verdict} ${rule}`;
		const counted = this.#counts.get(key) ?? {verdict, rule, count: 0};
		counted.count += 1;
		this.#counts.set(key, counted);
	}

	#label(rule: string): string {
		if (this.#rules.has(rule)) {
			return rule;
		}

		if (this.#rules.size >= MAX_RULES) {
			return 'other';
		}

		this.#rules.add(rule);
		return rule;
	}
}

import type {Rule} from '../stores/rule.ts';

/** How many fixed rules are remembered: an app that creates rules for each request is warned elsewhere. */
const MAX_FIXED = 1000;

/** How many rules are remembered that functions have returned. */
const MAX_RETURNED = 100;

/** The limit rules that a gate has asked its store about: those under which a client can be looked up. */
export class KnownRules {
	readonly #seen = new WeakSet<readonly Rule[]>();
	readonly #fixed = new Map<string, Rule>();
	readonly #returned = new Map<string, Rule>();

	/** Notes the rules of a question. A list that was seen before costs one look. */
	note(rules: readonly Rule[]): void {
		if (this.#seen.has(rules)) {
			return;
		}

		this.#seen.add(rules);
		for (const rule of rules) {
			if (rule.isFixed) {
				this.#returned.delete(rule.id);
				keepFirst(this.#fixed, rule);
			} else {
				keepLast(this.#returned, rule);
			}
		}
	}

	/** The fixed ones first. */
	list(): readonly Rule[] {
		return [...this.#fixed.values(), ...this.#returned.values()];
	}
}

function keepFirst(rules: Map<string, Rule>, rule: Rule): void {
	if (rules.size < MAX_FIXED) {
		rules.set(rule.id, rule);
	}
}

function keepLast(rules: Map<string, Rule>, rule: Rule): void {
	rules.delete(rule.id);
	rules.set(rule.id, rule);
	const [oldest] = rules.size > MAX_RETURNED ? rules.keys() : [];
	if (oldest !== undefined) {
		rules.delete(oldest);
	}
}

import type {Context, Next} from 'koa';
import type {Settings} from '../../settings.ts';
import type {Warn} from '../../warnings.ts';
import type {Passage} from '../passage.ts';
import {countLate} from './count-late.ts';
import type {Probation} from './probation.ts';

/**
 * Exempts requests by their method, on trust: what comes back with another method was rewritten between
 * gate and router, and is counted late.
 */
export class ExcludedMethods {
	readonly #methods: ReadonlySet<string>;
	readonly #probation: Probation;
	readonly #warn: Warn;
	/** Once a method was rewritten, one that is excluded proves little before the request is over. */
	#areRewritten = false;

	constructor({excludedMethods, warn}: Settings, probation: Probation) {
		this.#methods = excludedMethods;
		this.#probation = probation;
		this.#warn = warn;
	}

	has({method}: Context): boolean {
		return this.#methods.size > 0 && this.#methods.has(method.toUpperCase());
	}

	/** Runs the rest for a request of an excluded method. */
	async run(ctx: Context, passage: Passage, next: Next): Promise<void> {
		const {method} = ctx;
		const {client} = passage;
		const isOnProbation = this.#areRewritten;
		if (isOnProbation && !this.#probation.begin(client)) {
			return next();
		}

		passage.exemption = 'method';
		try {
			await next();
		} finally {
			try {
				if (!this.has(ctx)) {
					this.#areRewritten = true;
					warnRewritten(this.#warn, method, ctx.method);
					passage.exemption = undefined;
					await countLate(passage, this.#probation, () => {});
				}
			} finally {
				if (isOnProbation) {
					this.#probation.end(client);
				}
			}
		}
	}
}

function warnRewritten(warn: Warn, from: string, to: string): void {
	warn(
		'GATEKEEPER_METHOD_REWRITTEN',
		() =>
			`A request came in as ${from}, which excludedMethods exempts, and was rewritten to ${to}: it was counted late. Place what rewrites methods before the gate`,
	);
}

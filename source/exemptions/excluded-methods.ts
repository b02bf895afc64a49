import type {Context, Next} from 'koa';
import type {Probation} from '../marks/probation.ts';
import type {Settings} from '../options/settings.ts';
import type {Passage} from '../request-state.ts';
import type {Warn} from '../warnings.ts';
import {countLate} from './count-late.ts';

/**
 * Exempts requests by their method. If the method has changed when the request comes back, something
 * behind the gate rewrote it, and the request is counted late.
 */
export class ExcludedMethods {
	readonly #methods: ReadonlySet<string>;
	readonly #probation: Probation;
	readonly #warn: Warn;
	/**
	 * Set when a method was first seen rewritten, of whichever client. From then on, each client may have
	 * few such requests in flight.
	 */
	#areRewritten = false;

	constructor({excludedMethods, warn}: Settings, probation: Probation) {
		this.#methods = excludedMethods;
		this.#probation = probation;
		this.#warn = warn;
	}

	/** Whether it is one of these, exactly: to Node.js and Koa, `head` is not HEAD. */
	has({method}: Context): boolean {
		return this.#methods.size > 0 && this.#methods.has(method);
	}

	/** Runs the rest for a request of an excluded method. */
	async run(ctx: Context, passage: Passage, next: Next): Promise<void> {
		const {method} = ctx;
		const {client, namesNobody} = passage;
		const isOnProbation = this.#areRewritten;
		if (isOnProbation && !(await this.#probation.begin(client, namesNobody))) {
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
					await countLate(passage, this.#probation);
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

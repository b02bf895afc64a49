import type {Context, Next} from 'koa';
import type {Probation} from '../marks/probation.ts';
import type {RequestState} from '../request-state.ts';
import {countLate} from './count-late.ts';
import {whenClosed} from './when-closed.ts';

/**
 * Exempts requests by their method. If the method has changed when the request comes back, something
 * behind the gate rewrote it, and the request is counted late.
 */
export class ExcludedMethods {
	readonly #methods: ReadonlySet<string>;
	readonly #probation: Probation;
	/**
	 * Set once any client's method has been rewritten. After that, each client may have only a few such requests
	 * in flight.
	 */
	#areRewritten = false;

	/** @param methods in upper case */
	constructor(methods: ReadonlySet<string>, probation: Probation) {
		this.#methods = methods;
		this.#probation = probation;
	}

	/** Whether the method is one of these, exactly: to Node.js and Koa, `head` is not HEAD. */
	has({method}: Context): boolean {
		return this.#methods.has(method);
	}

	/** Runs the rest for a request of an excluded method. */
	async run(ctx: Context, state: RequestState, next: Next): Promise<void> {
		if (!this.#areRewritten) {
			return this.#runExempt(ctx, state, next);
		}

		const {client, immune} = state;
		if (!(await this.#probation.begin(client, immune))) {
			return next();
		}

		let isOver = false;
		const end = () => {
			if (!isOver) {
				isOver = true;
				this.#probation.end(client);
			}
		};
		const stopWaiting = whenClosed(ctx, () => {
			end();
			this.#count(state);
		});
		try {
			await this.#runExempt(ctx, state, next);
		} finally {
			stopWaiting();
			end();
		}
	}

	async #runExempt(ctx: Context, state: RequestState, next: Next): Promise<void> {
		const {method} = ctx;
		state.exemption = 'method';
		try {
			await next();
		} finally {
			if (!this.has(ctx)) {
				this.#areRewritten = true;
				state.settings.warn('GATEKEEPER_METHOD_REWRITTEN', method, ctx.method);
				await this.#count(state);
			}
		}
	}

	/** Counts a request late, unless it has been. */
	async #count(state: RequestState): Promise<void> {
		if (state.exemption === 'method') {
			state.exemption = undefined;
			await countLate(state, this.#probation);
		}
	}
}

import type {Context, Next} from 'koa';
import {peek} from '../limits/peek.ts';
import type {Probation} from '../marks/probation.ts';
import type {RequestState} from '../request-state.ts';
import {type Failure, statusToSend} from '../response/status-to-send.ts';
import {countLate} from './count-late.ts';
import {settleWhenClosed} from './settle-when-closed.ts';

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

	/**
	 * Whether a request of an excluded method is exempt still. Once methods are known to be rewritten, one whose
	 * connection has closed before it came back is not: nothing would count it if it is rewritten later.
	 */
	keeps(ctx: Context, isOver: boolean): boolean {
		const isIntact = this.has(ctx);
		this.#areRewritten ||= !isIntact;

		return isIntact && (isOver || !this.#areRewritten);
	}

	/** Runs the rest for a request of an excluded method. */
	async run(ctx: Context, state: RequestState, next: Next): Promise<void> {
		const {client} = state;
		const mayBegin = () => this.#probation.mayBegin(client, () => peek(ctx, state));
		if (!this.#areRewritten || !(await mayBegin()) || !this.#probation.begin(client)) {
			return this.runUntrusted(ctx, state, next);
		}

		let counting: Promise<void> | undefined;
		const end = () => this.#probation.end(client);
		const stopWaiting = settleWhenClosed(ctx, state, () => {
			counting = this.#count(ctx, state, undefined).finally(end);
			return counting;
		});
		try {
			await this.#runExempt(ctx, state, next);
		} finally {
			stopWaiting();
			if (counting === undefined) {
				end();
			}
		}
	}

	/** Runs the rest without trust. The request is exempt all the same until a method is known to be rewritten. */
	async runUntrusted(ctx: Context, state: RequestState, next: Next): Promise<void> {
		if (this.#areRewritten) {
			return next();
		}

		const {method} = ctx;
		const stopWaiting = settleWhenClosed(ctx, state, () =>
			this.#countIfRewritten(ctx, state, method, undefined),
		);
		try {
			await this.#runExempt(ctx, state, next);
		} finally {
			stopWaiting();
		}
	}

	/** Runs the rest. Counts a request late if its method has been rewritten and nothing else exempts it. */
	async runAndCountIfRewritten(ctx: Context, state: RequestState, next: Next): Promise<void> {
		const {method} = ctx;
		let failure: Failure | undefined;
		try {
			await next();
		} catch (error) {
			failure = {error};
			throw error;
		} finally {
			await this.#countIfRewritten(ctx, state, method, statusToSend(ctx, failure));
		}
	}

	/** @param method what it was */
	async #countIfRewritten(
		ctx: Context,
		state: RequestState,
		method: string,
		status: number | undefined,
	): Promise<void> {
		const isMarked = state.exemption === 'bypass' || state.exemption === 'standalone';
		if (!this.has(ctx) && !isMarked) {
			this.#areRewritten = true;
			state.settings.warn('GATEKEEPER_METHOD_REWRITTEN', method, ctx.method);
			await this.#count(ctx, state, status);
		}
	}

	#runExempt(ctx: Context, state: RequestState, next: Next): Promise<void> {
		state.exemption = 'method';
		return this.runAndCountIfRewritten(ctx, state, next);
	}

	/** Counts a request late, unless it has been. */
	async #count(ctx: Context, state: RequestState, status: number | undefined): Promise<void> {
		if (state.exemption === 'method') {
			state.exemption = undefined;
			await countLate(ctx, state, status);
		}
	}
}

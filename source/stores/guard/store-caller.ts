import {isPromiseLike, type MaybePromise} from '../../maybe-promise.ts';
import type {Changes} from '../changes.ts';
import type {Breaker} from './breaker.ts';
import {inTime} from './deadline.ts';

/** One decision that a store is asked for, and what decides in its place. */
export interface Call<Reply> {
	readonly ask: () => MaybePromise<Reply>;
	/** Checks what the store replied. Throws for nonsense. */
	readonly read: (reply: unknown) => Reply;
	/**
	 * Keeps what the reply says of the client's ban, for when the store fails.
	 *
	 * @param version of `Changes`, when the store was asked
	 */
	readonly learn: (reply: Reply, version: number) => void;
	/** What the policy decides while the store fails. */
	readonly decideWithout: () => Reply;
}

/** Calls a store under a deadline and a circuit breaker. Never throws or rejects. */
export class StoreCaller {
	readonly #breaker: Breaker;
	readonly #changes: Changes;
	readonly #timeout: number;

	/** @param timeout milliseconds that the store may take for a reply */
	constructor(breaker: Breaker, changes: Changes, timeout: number) {
		this.#breaker = breaker;
		this.#changes = changes;
		this.#timeout = timeout;
	}

	decide<Reply>(call: Call<Reply>): MaybePromise<Reply> {
		if (!this.#breaker.mayAsk()) {
			return call.decideWithout();
		}

		const {version} = this.#changes;
		const {successes} = this.#breaker;
		try {
			const reply = call.ask();
			return isPromiseLike(reply)
				? this.#wait(reply, call, version, successes)
				: this.#accept(reply, call, version);
		} catch (error) {
			return this.#fail(error, call, successes);
		}
	}

	async #wait<Reply>(
		pending: PromiseLike<Reply>,
		call: Call<Reply>,
		version: number,
		successes: number,
	): Promise<Reply> {
		try {
			const {value} = await inTime(pending, this.#timeout);
			return this.#accept(value, call, version);
		} catch (error) {
			return this.#fail(error, call, successes);
		}
	}

	#accept<Reply>(reply: unknown, {read, learn}: Call<Reply>, version: number): Reply {
		const accepted = read(reply);
		this.#breaker.succeeded();
		learn(accepted, version);
		return accepted;
	}

	#fail<Reply>(error: unknown, {decideWithout}: Call<Reply>, successes: number): Reply {
		this.#breaker.failed(error, successes);
		return decideWithout();
	}
}

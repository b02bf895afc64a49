import {isPromiseLike, type MaybePromise} from '../../maybe-promise.ts';
import type {AskOptions} from '../ask-options.ts';
import type {Changes} from '../changes.ts';
import {inTime, isNoReply} from './deadline.ts';
import type {Health} from './health.ts';
import type {PartBreaker} from './part-breaker.ts';

/** One decision that a store is asked for, and what decides in its place. */
export interface Call<Reply> {
	readonly client: string;
	readonly ask: (asking: AskOptions) => MaybePromise<Reply>;
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

/** Calls a store under a deadline and circuit breakers. Never throws or rejects. */
export class StoreCaller {
	readonly #health: Health;
	readonly #changes: Changes;
	readonly #timeout: number;

	/** @param timeout milliseconds that the store may take for a reply */
	constructor(health: Health, changes: Changes, timeout: number) {
		this.#health = health;
		this.#changes = changes;
		this.#timeout = timeout;
	}

	/** @param breaker that of the part which the client is on */
	decide<Reply>(call: Call<Reply>, breaker: PartBreaker): MaybePromise<Reply> {
		if (!breaker.mayAsk(call.client)) {
			return call.decideWithout();
		}

		const {version} = this.#changes;
		const asking = new AbortController();
		try {
			const reply = call.ask(asking);
			return isPromiseLike(reply)
				? this.#wait(reply, asking, call, version, breaker)
				: this.#accept(reply, call, version, breaker);
		} catch (error) {
			return this.#fail(error, call, breaker);
		}
	}

	async #wait<Reply>(
		reply: PromiseLike<Reply>,
		asking: AbortController,
		call: Call<Reply>,
		version: number,
		breaker: PartBreaker,
	): Promise<Reply> {
		try {
			const {value} = await inTime(reply, this.#timeout, asking);
			return this.#accept(value, call, version, breaker);
		} catch (error) {
			if (isNoReply(error)) {
				breaker.gaveUp(reply);
			}

			return this.#fail(error, call, breaker);
		}
	}

	#accept<Reply>(
		reply: unknown,
		{client, read, learn}: Call<Reply>,
		version: number,
		breaker: PartBreaker,
	): Reply {
		const accepted = read(reply);
		breaker.succeeded(client);
		this.#health.succeeded();
		learn(accepted, version);
		return accepted;
	}

	#fail<Reply>(error: unknown, {client, decideWithout}: Call<Reply>, breaker: PartBreaker): Reply {
		breaker.failed(client);
		this.#health.failed(error);
		return decideWithout();
	}
}

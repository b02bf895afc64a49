import {isPromiseLike, type MaybePromise} from '../../maybe-promise.ts';
import type {AskOptions} from '../ask-options.ts';
import type {Changes} from '../changes.ts';
import {inTime, isNoReply} from './deadline.ts';
import type {Health} from './health.ts';
import type {Priority} from './in-flight-limit.ts';
import type {PartBreaker} from './part-breaker.ts';
import type {StoreObserver} from './store-observer.ts';

/** One decision that a store is asked for, and what decides in its place. */
export interface Call<Reply> {
	readonly client: string;
	readonly priority: Priority;
	readonly ask: (asking: AskOptions) => MaybePromise<Reply>;
	/** Checks what the store replied. Throws for nonsense. */
	readonly read: (reply: unknown) => Reply;
	/**
	 * Keeps what the reply says of the client's ban, for when the store fails.
	 *
	 * @param version of `Changes`, when the store was asked
	 */
	readonly learn: (reply: Reply, version: number) => void;
	/**
	 * What the policy decides while the store fails.
	 *
	 * @param version of `Changes`, when the store was asked, if it was
	 */
	readonly decideWithout: (version?: number) => Reply;
}

interface StoreCallerOptions {
	readonly health: Health;
	readonly observer: Pick<StoreObserver, 'settled'>;
	readonly changes: Changes;
	/** Milliseconds that the store may take for a reply. */
	readonly timeout: number;
}

/** What was true when a question was asked. */
interface Asked {
	/** By `performance.now()`. */
	readonly at: number;
	/** Of `Changes`. */
	readonly version: number;
}

/** Calls a store under a deadline and circuit breakers. Never throws or rejects. */
export class StoreCaller {
	readonly #options: StoreCallerOptions;

	constructor(options: StoreCallerOptions) {
		this.#options = options;
	}

	/** @param breaker that of the part which the client is on */
	decide<Reply>(call: Call<Reply>, breaker: PartBreaker): MaybePromise<Reply> {
		if (!breaker.mayAsk(call.client)) {
			return call.decideWithout();
		}

		const asked = {at: performance.now(), version: this.#options.changes.version};
		const asking = new AbortController();
		try {
			const reply = call.ask(asking);
			return isPromiseLike(reply)
				? this.#wait(reply, asking, call, asked, breaker)
				: this.#accept(reply, call, asked, breaker);
		} catch (error) {
			return this.#fail(error, call, asked, breaker);
		}
	}

	async #wait<Reply>(
		reply: PromiseLike<Reply>,
		asking: AbortController,
		call: Call<Reply>,
		asked: Asked,
		breaker: PartBreaker,
	): Promise<Reply> {
		try {
			const {value} = await inTime(reply, this.#options.timeout, asking);
			return this.#accept(value, call, asked, breaker);
		} catch (error) {
			if (isNoReply(error)) {
				breaker.gaveUp(reply);
			}

			return this.#fail(error, call, asked, breaker);
		}
	}

	#accept<Reply>(
		reply: unknown,
		{client, read, learn}: Call<Reply>,
		{at, version}: Asked,
		breaker: PartBreaker,
	): Reply {
		const accepted = read(reply);
		breaker.succeeded(client);
		this.#options.health.succeeded();
		learn(accepted, version);
		this.#settle(at, false);
		return accepted;
	}

	#fail<Reply>(
		error: unknown,
		{client, decideWithout}: Call<Reply>,
		{at, version}: Asked,
		breaker: PartBreaker,
	): Reply {
		breaker.failed(client);
		this.#options.health.failed(error);
		this.#settle(at, true);
		return decideWithout(version);
	}

	#settle(askedAt: number, hasFailed: boolean): void {
		this.#options.observer.settled(performance.now() - askedAt, hasFailed);
	}
}

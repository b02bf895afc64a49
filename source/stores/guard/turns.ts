import type {MaybePromise} from '../../maybe-promise.ts';
import type {Part, Parts} from './parts.ts';
import type {Call, StoreCaller} from './store-caller.ts';

/** What answers a question in place of the store. */
interface Otherwise<Reply> {
	/** What is known by the time the question has its turn. */
	readonly known?: () => Reply | undefined;
	/**
	 * What applies if it gets no turn in time.
	 *
	 * @default what the policy decides without the store
	 */
	readonly withoutTurn?: () => Reply;
}

/** Lets clients ask a store in turns: each part of it under its breaker, one client after the other under a flood. */
export class Turns {
	readonly #parts: Parts;
	readonly #caller: StoreCaller;
	readonly #takesTurns: boolean;

	/** @param takesTurns whether the store remembers refusals, so that it is worth waiting for them */
	constructor(parts: Parts, caller: StoreCaller, takesTurns: boolean) {
		this.#parts = parts;
		this.#caller = caller;
		this.#takesTurns = takesTurns;
	}

	/** @param requester takes turns with others, whatever the question is about */
	ask<Reply>(
		requester: string,
		call: Call<Reply>,
		otherwise: Otherwise<Reply> = {},
	): MaybePromise<Reply> {
		const part = this.#parts.of(call.client);

		return this.#takesTurns
			? this.#askInTurn(requester, call, otherwise, part)
			: this.#caller.decide(call, part.breaker);
	}

	/** If the store has failed for this client, asks it whether it works again. */
	tryAgain<Reply>(call: Call<Reply>): MaybePromise<Reply> | undefined {
		const {breaker} = this.#parts.of(call.client);

		return breaker.isOpenFor(call.client) ? this.#caller.decide(call, breaker) : undefined;
	}

	/** Asks the store once it is the requester's turn, unless what it would reply is known by then. */
	async #askInTurn<Reply>(
		requester: string,
		call: Call<Reply>,
		{known, withoutTurn = call.decideWithout}: Otherwise<Reply>,
		{breaker, inFlight}: Part,
	): Promise<Reply> {
		const turn = inFlight.take(requester, call.priority);
		if (turn && !(await turn)) {
			return withoutTurn();
		}

		try {
			return (turn && known?.()) ?? (await this.#caller.decide(call, breaker));
		} finally {
			inFlight.leave(requester);
		}
	}
}

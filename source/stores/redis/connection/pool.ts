import type {AskOptions} from '../../ask-options.ts';
import {connectionLost, notConnected} from './not-sent.ts';

/** A client of a pool. */
interface Member {
	readonly isReady: boolean;
}

/** From `createClientPool` of node-redis. */
export interface Pool<Client extends Member = Member> {
	/** Lends a client, once one is free, until the promise settles. */
	execute(use: (client: Client) => Promise<unknown>): Promise<unknown>;
}

type Use<Client extends Member> = (client: Client) => Promise<unknown>;

/** How the message begins with which a pool ends a wait for a client, after its `acquireTimeout`. */
const NONE_FREE = 'Timeout waiting for a client';

/**
 * A client that a pool lends. Commands share it that begin before the first reply, or before the first is given up. With
 * a client for each, a small pool would make most of them wait.
 */
class Loan<Client extends Member> {
	/** Whether further commands may share it. */
	isOpen = true;
	readonly #pool: Pool<Client>;
	#client: Promise<Client> | undefined;
	#users = 0;
	#giveBack = () => {};
	readonly #close = () => {
		this.isOpen = false;
	};

	constructor(pool: Pool<Client>) {
		this.#pool = pool;
	}

	/** A client that has lost its connection would keep the command, and one that is given up must not be sent. */
	async use(use: Use<Client>, asking: AskOptions | undefined): Promise<unknown> {
		this.#users += 1;
		this.#client ??= this.#borrowed();
		try {
			const client = await unlessGivenUp(this.#client, asking);
			if (!client.isReady) {
				throw connectionLost();
			}

			// Its connection may be dead.
			asking?.signal.addEventListener('abort', this.#close, {once: true});
			return await use(client).finally(this.#close);
		} finally {
			this.#users -= 1;
			if (this.#users === 0) {
				this.#giveBack();
			}
		}
	}

	#borrowed(): Promise<Client> {
		return new Promise((resolve, reject) => {
			const borrow = () => {
				this.#pool
					.execute(client => {
						resolve(client);
						return this.#whileUsed();
					})
					.catch((error: unknown) => {
						// The pool's timer also fires if the event loop was blocked. Who asks has a deadline for the wait.
						if (this.#users > 0 && isNoneFree(error)) {
							borrow();
						} else {
							this.#close();
							reject(notConnected());
						}
					});
			};
			borrow();
		});
	}

	/** Ends when nobody uses the client any more; at once if all have given up. */
	#whileUsed(): Promise<void> {
		return new Promise(resolve => {
			this.#giveBack = () => {
				this.#close();
				resolve();
			};
			if (this.#users === 0) {
				this.#giveBack();
			}
		});
	}
}

const loans = new WeakMap<object, Loan<never>>();

/** Uses a client of a pool, once one is free. */
export function execute<Client extends Member>(
	pool: Pool<Client>,
	use: Use<Client>,
	asking: AskOptions | undefined,
): Promise<unknown> {
	const last = loans.get(pool) as Loan<Client> | undefined;
	const loan = last?.isOpen ? last : new Loan(pool);
	loans.set(pool, loan as Loan<never>);
	return loan.use(client => {
		nextUses.get(pool)?.begin(client);
		nextUses.delete(pool);
		return use(client);
	}, asking);
}

interface NextUse {
	readonly member: Promise<object>;
	readonly begin: (member: object) => void;
}

const nextUses = new WeakMap<object, NextUse>();

/** The client that a pool uses next: the pool shows no options, but its clients do. */
export function nextUsed(pool: object): Promise<object> {
	const known = nextUses.get(pool);
	if (known) {
		return known.member;
	}

	let begin: (member: object) => void = () => {};
	const member = new Promise<object>(resolve => {
		begin = resolve;
	});
	nextUses.set(pool, {member, begin});
	return member;
}

async function unlessGivenUp<T>(waiting: Promise<T>, asking: AskOptions | undefined): Promise<T> {
	if (asking === undefined) {
		return waiting;
	}

	const {signal} = asking;
	const value = await new Promise<T>((resolve, reject) => {
		signal.addEventListener('abort', () => reject(notConnected()), {once: true});
		waiting.then(resolve, reject);
	});
	if (signal.aborted) {
		throw notConnected();
	}

	return value;
}

function isNoneFree(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith(NONE_FREE);
}

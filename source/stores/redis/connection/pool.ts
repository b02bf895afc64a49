import type {AskOptions} from '../../ask-options.ts';
import {connectionLost, notConnected} from './not-sent.ts';

/** A client of a pool. */
interface Member {
	readonly isReady: boolean;
}

/** From `createClientPool` of node-redis. */
export interface Pool<Client extends Member = Member> {
	execute(use: (client: Client) => Promise<unknown>): Promise<unknown>;
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

/** How the message begins with which a pool ends a wait for a client, after its `acquireTimeout`. */
const NONE_FREE = 'Timeout waiting for a client';

/**
 * Uses a client of a pool, once one is free. A client that has lost its connection would keep the command, and a
 * question that is given up while it waits for a client must not be asked.
 */
export function execute<Client extends Member>(
	pool: Pool<Client>,
	use: (client: Client) => Promise<unknown>,
	asking: AskOptions | undefined,
): Promise<unknown> {
	// The assertion keeps TypeScript from taking it for a constant: the pool may begin at once.
	let state = 'waiting' as 'waiting' | 'begun' | 'given up';
	const useNext = () =>
		pool.execute(async client => {
			if (state === 'given up') {
				throw notConnected();
			}

			state = 'begun';
			if (!client.isReady) {
				throw connectionLost();
			}

			nextUses.get(pool)?.begin(client);
			nextUses.delete(pool);
			return use(client);
		});
	const reply = useNext();
	if (asking === undefined || state === 'begun') {
		return reply;
	}

	return new Promise((resolve, reject) => {
		asking.signal.addEventListener(
			'abort',
			() => {
				if (state === 'waiting') {
					state = 'given up';
					reject(notConnected());
				}
			},
			{once: true},
		);
		const onError = (error: unknown) => {
			if (state !== 'waiting') {
				reject(error);
			} else if (!asking.signal.aborted && isNoneFree(error)) {
				// The pool's timer also fires if the event loop was blocked. Who asks has a deadline for the wait.
				useNext().then(resolve, onError);
			} else {
				reject(notConnected());
			}
		};
		reply.then(resolve, onError);
	});
}

function isNoneFree(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith(NONE_FREE);
}

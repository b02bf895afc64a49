import {randomUUID} from 'node:crypto';
import type {Rule} from '../../../source/options/rules.ts';
import {RedisStore, type RedisStoreOptions} from '../../../source/redis.ts';
import type {Verdict} from '../../../source/stores/store.ts';
import type {OpenedStore} from '../../stores/contract/promised.ts';
import type {OpenedClient} from './clients.ts';

/** Milliseconds that keys live longer than anybody needs them, since the tests' time stands still meanwhile. */
export const SPARE = 3_600_000;

/** Some time of a server's clock. */
const BEGIN = 1_800_000_000_123;

/** The scripts' time is in a key of the store's prefix, and moves when the test says so. */
export const clockInKey = `
local now = tonumber(redis.call('GET', string.match(KEYS[1], '^[^{]*') .. 'clock'))
local spare = ${SPARE}
`;

export interface OpenedRedisStore extends OpenedStore {
	readonly store: RedisStore;
	/** What all of the store's keys begin with. */
	readonly prefix: string;
}

/** What a gate does: it asks the server only where the store does not remember. */
export async function decide(
	store: RedisStore,
	client: string,
	rules: readonly Rule[],
): Promise<Verdict> {
	return store.recall(client, rules, {}) ?? store.admit(client, rules);
}

/** A store that is alone on a server that it shares with others, with a clock of its own. */
export async function openRedisStore(
	{client, run}: OpenedClient,
	options: Partial<RedisStoreOptions> = {},
): Promise<OpenedRedisStore> {
	const {prefix = `${randomUUID()}:`} = options;
	let now = 0;
	await run('SET', `${prefix}clock`, String(BEGIN));

	return {
		prefix,
		store: new RedisStore({client, clock: () => now, ...options, prefix}, clockInKey),
		pass: async ms => {
			now += ms;
			await run('INCRBY', `${prefix}clock`, String(ms));
		},
	};
}

import {randomUUID} from 'node:crypto';
import {RedisStore, type RedisStoreOptions} from '../../../source/redis.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import type {Verdict} from '../../../source/stores/store.ts';
import type {OpenedStore} from '../../stores/contract/promised.ts';
import type {OpenedClient} from './clients.ts';

/** Milliseconds by which keys live longer, since the tests' own time may stand still meanwhile. */
export const SPARE = 3_600_000;

/** Some time of a server's clock. */
const BEGIN = 1_800_000_000_123;

/**
 * The time of the scripts is in a key of the store's prefix, and a test moves it. A server expires keys by
 * its real clock: every time to live is lengthened.
 */
export const clockInKey = `
local now = tonumber(redis.call('GET', string.match(KEYS[1], '^[^{]*') .. 'clock'))
local redis = setmetatable({call = function(command, ...)
	local args = {...}
	if command == 'PEXPIRE' then
		args[2] = string.format('%.0f', args[2] + ${SPARE})
	elseif command == 'SET' and args[3] == 'PX' then
		args[4] = string.format('%.0f', args[4] + ${SPARE})
	end

	local reply = redis.call(command, unpack(args))
	return command == 'PTTL' and reply - ${SPARE} or reply
end}, {__index = redis})
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
	return store.recall(client, rules, {}) ?? store.admit(client, rules, {});
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

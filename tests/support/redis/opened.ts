import {randomUUID} from 'node:crypto';
import {setImmediate} from 'node:timers/promises';
import {RedisStore, type RedisStoreOptions} from '../../../source/redis.ts';
import {Server} from '../../../source/stores/redis/server.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import type {Verdict} from '../../../source/stores/verdict.ts';
import type {OpenedStore} from '../../stores/contract/promised.ts';
import type {OpenedClient} from './clients.ts';

/** Milliseconds by which every key lives longer: the clock of a test may stand still. */
export const SPARE = 3_600_000;

/** The time at which the clock of a test begins. */
const BEGIN = 1_800_000_000_123;

/**
 * Makes the scripts read the time from a key, which a test moves. The server still expires keys by its real
 * clock, so that every time to live is longer. A store, its sibling and its bans of ranges have one clock.
 */
export const clockInKey = `
local prefix = string.match(KEYS[1], '^[^{]*'):gsub('ranges$', ''):gsub('dry:$', '')
local now = tonumber(redis.call('GET', prefix .. 'clock'))
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
	/** All keys of the store begin with it. */
	readonly prefix: string;
}

/** Decides as a gate does: asks the server only if the store remembers nothing. */
export async function decide(
	store: RedisStore,
	client: string,
	rules: readonly Rule[],
): Promise<Verdict> {
	return store.recall(client, rules, {}) ?? store.admit(client, rules, {});
}

/** How many scripts the server has run, apart from the reads of banned ranges once a second. */
export async function scriptsRun({run}: OpenedClient): Promise<number> {
	const stats = String(await run('INFO', 'commandstats'));
	const calls = (command: string) =>
		Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);

	// Only such a read asks for the type of a key.
	return calls('evalsha') - calls('type');
}

/** A store with its own prefix and clock. */
export async function openRedisStore(
	{client, run}: OpenedClient,
	options: Partial<RedisStoreOptions> = {},
): Promise<OpenedRedisStore> {
	const {prefix = `${randomUUID()}:`} = options;
	let now = 0;
	await run('SET', `${prefix}clock`, String(BEGIN));

	return {
		prefix,
		store: new RedisStore(
			{client, clock: () => now, ...options, prefix},
			new Server(client, clockInKey),
		),
		pass: async ms => {
			// First: a read of ranges in between must not take the server's earlier time for that of this process.
			await run('INCRBY', `${prefix}clock`, String(ms));
			// A read whose reply came just before must have learned from it.
			await setImmediate();
			now += ms;
		},
	};
}

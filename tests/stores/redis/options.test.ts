import {createRequire} from 'node:module';
import test from 'ava';
import {Redis} from 'ioredis';
import {RedisStore} from '../../../source/redis.ts';

const {createClient: createClient4} = createRequire(import.meta.url)('redis-4');

/** What redis 3 has: no `connect`, and `send_command` with a callback. */
class RedisClient {
	readonly options = {};
	send_command() {}
}

const client = new Redis({lazyConnect: true});

const bad: ReadonlyArray<[title: string, options: object, message: RegExp]> = [
	[
		'no client',
		{},
		/must be a client of iovalkey, or of ioredis or redis from version 4, got undef/,
	],
	['an object that is not a client', {client: {password: 'x'}}, /`client` must be .*, got Object$/],
	['a pipeline', {client: client.pipeline()}, /`client` must be .*, got Pipeline$/],
	['a client of redis 3', {client: new RedisClient()}, /from version 4, got RedisClient$/],
	['a promise of a client', {client: Promise.resolve(client)}, /from version 4, got Promise$/],
	[
		'a client of redis 4 in legacy mode',
		{client: createClient4({legacyMode: true})},
		/`client` must be a client of redis without `legacyMode`, got/,
	],
	['braces in the prefix', {client, prefix: 'a{b}'}, /`prefix` must be text without braces/],
	['an empty prefix', {client, prefix: ''}, /`prefix` must be/],
	['a clock that is not a function', {client, clock: 5}, /`clock` must be a function/],
	['an unknown option', {client, prefx: 'x'}, /Unknown option `prefx`.*did you mean `prefix`/],
];

for (const [title, options, message] of bad) {
	test(`it rejects ${title}`, t => {
		t.throws(() => new RedisStore(options as never), {instanceOf: TypeError, message});
	});
}

/*
 * A server for all the test files of a process that import this one: each test takes a prefix of its own. Only
 * hooks and tests may use it, since it starts before the first of them.
 */
import test from 'ava';
import {type OpenedClient, packages} from './clients.ts';
import {type RedisServer, startRedis} from './server.ts';

export let server: RedisServer;
export let opened: OpenedClient;

test.before(async () => {
	server = await startRedis();
	opened = await packages.ioredis(server.port);
});

test.after.always(async () => {
	await opened?.close();
	await server?.stop();
});

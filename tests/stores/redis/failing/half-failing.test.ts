import {Router} from '@koa/router';
import test from 'ava';
import Koa from 'koa';
import {type GatekeeperOptions, gatekeeper, specific} from '../../../../source/index.ts';
import {ok} from '../../../support/handlers.ts';
import {type OpenedClient, packages} from '../../../support/redis/clients.ts';
import {openRedisStore} from '../../../support/redis/opened.ts';
import {startRedis} from '../../../support/redis/server.ts';
import {agents} from '../../../support/servers.ts';

const GUESSES = 20;

/** Commands after which a server can be read, but not written to. */
const faults: Readonly<Record<string, readonly string[]>> = {
	'is out of memory': ['CONFIG', 'SET', 'maxmemory', '1'],
	'is a replica': ['REPLICAOF', '127.0.0.1', '1'],
	'has too few replicas': ['CONFIG', 'SET', 'min-replicas-to-write', '9'],
};

/** Gates that ask only about a ban before a handler checks a password, and how many guesses it checks. */
const gates: ReadonlyArray<[string, GatekeeperOptions, checked: number]> = [
	['only a ban rule', {banRule: [3, 60, 600]}, 3],
	['a ban by the first report', {banRule: [1, 60, 600]}, 1],
	[
		'a standalone login',
		{banRule: [3, 60, 600], rateLimitRule: {count: 100, window: 60, name: 'global'}},
		3,
	],
	['closed by the first report', {banRule: [3, 60, 600], onStoreError: 'closed'}, 1],
];

interface Login {
	readonly guess: () => PromiseLike<unknown>;
	checked: number;
}

async function login(opened: OpenedClient, options: GatekeeperOptions): Promise<Login> {
	const {store} = await openRedisStore(opened);
	const app = new Koa();
	const router = new Router();
	const alone = specific({count: 100, window: 60, name: 'login'}, {standalone: true});
	const marks = options.rateLimitRule ? [alone] : [];
	app.use(gatekeeper({...options, store})).use(router.routes());
	const {http} = agents(app);
	const all: Login = {guess: () => http.get('/login'), checked: 0};
	router.get('/login', ...marks, ctx => {
		all.checked += 1;
		ctx.report();
		ok(ctx);
	});

	return all;
}

for (const [what, fault] of Object.entries(faults)) {
	test(`while a server ${what}, a client that is reported is banned in this process`, async t => {
		const server = await startRedis();
		const opened = await packages.ioredis(server.port);
		t.teardown(async () => {
			await opened.close();
			await server.stop();
		});
		const logins = await Promise.all(gates.map(([, options]) => login(opened, options)));
		await opened.run(...fault);
		if (await letsScriptsWrite(opened)) {
			t.pass('Before 7.0, scripts may write to a server that has too few replicas');
			return;
		}

		for (const [index, [gate, , checked]] of gates.entries()) {
			for (let guess = 0; guess < GUESSES; guess += 1) {
				await logins[index]?.guess();
			}

			t.is(logins[index]?.checked, checked, gate);
		}
	});
}

async function letsScriptsWrite({run}: OpenedClient): Promise<boolean> {
	try {
		await run('EVAL', "return redis.call('SET', KEYS[1], 'x')", '1', 'any');
		return true;
	} catch {
		return false;
	}
}

import {IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import {Router} from '@koa/router';
import test from 'ava';
import Koa from 'koa';
import {type GatekeeperOptions, gatekeeper, type Store, specific} from '../../../source/index.ts';
import {ok} from '../../support/handlers.ts';
import {decide, openRedisStore, scriptsRun} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {agents} from '../../support/servers.ts';
import {ban, fill, limit} from '../contract/promised.ts';

const REFUSALS = 100;

const scripts = () => scriptsRun(opened);

async function app(options: GatekeeperOptions, routes: (router: Router) => void) {
	const {store, prefix, pass} = await openRedisStore(opened);
	const koa = new Koa();
	const router = new Router();
	routes(router);
	const gate = gatekeeper({...options, store});
	koa.use(gate).use(router.routes());

	return {...agents(koa), gate, prefix, pass};
}

const full = {count: 1, window: 60, name: 'full'};

/** Apps whose gate asks only about a ban before the full rule of a route. */
const cases: ReadonlyArray<[string, GatekeeperOptions, (router: Router) => void]> = [
	[
		'a standalone route',
		{rateLimitRule: {count: 100, window: 60, name: 'global'}, banRule: [3, 60, 600]},
		router => router.get('/full', specific(full, {standalone: true}), ok),
	],
	[
		'a specific without a global limit',
		{banRule: [3, 60, 600]},
		router => router.get('/full', specific(full), ok),
	],
	[
		'a specific on an excluded method',
		{rateLimitRule: {count: 100, window: 60, name: 'global'}, excludedMethods: ['GET']},
		router => router.get('/full', specific(full), ok),
	],
	[
		'a specific by account without a global limit',
		{banRule: [3, 60, 600]},
		router => router.get('/full', specific(full, {key: () => 'alice'}), ok),
	],
	[
		'each of six routes in turn',
		{banRule: [3, 60, 600]},
		router => {
			const others = ['/other', '/another', '/fourth', '/fifth', '/sixth'];
			for (const [index, path] of others.entries()) {
				router.get(path, specific({...full, name: `other ${index}`}), ok);
			}

			router.get('/full', specific(full), ok);
		},
	],
];

for (const [what, options, routes] of cases) {
	test.serial(`${what} that is full costs the server two questions a second`, async t => {
		const {http, pass} = await app(options, routes);
		const paths = ['/full', '/other', '/another', '/fourth', '/fifth', '/sixth'];
		const refusing: string[] = [];
		for (const path of paths) {
			await http.get(path);
			if ((await http.get(path)).status === 429) {
				refusing.push(path);
			}
		}

		const before = await scripts();
		for (let refusal = 0; refusal < REFUSALS; refusal += 1) {
			t.is((await http.get(refusing[refusal % refusing.length] ?? '')).status, 429);
		}

		t.true((await scripts()) - before <= 2, `${(await scripts()) - before} scripts`);
		await pass(1000);
		const later = await scripts();
		for (let refusal = 0; refusal < 20; refusal += 1) {
			t.is((await http.get('/full')).status, 429);
		}

		t.is((await scripts()) - later, 2, 'asks again after a second');
	});
}

const byUser = () => 'alice';
const global = {count: 1, window: 60, name: 'global'};

/** What a gate behind one that asks about bans alone refuses, or would. */
const innerGates: ReadonlyArray<[string, (store: Store) => GatekeeperOptions, number]> = [
	['a limit by user', store => ({rateLimitRule: global, key: byUser, store}), 429],
	['a limit in memory', () => ({rateLimitRule: global}), 429],
	['its list', () => ({deny: ['127.0.0.1']}), 403],
];

for (const [what, inner, status] of innerGates) {
	test.serial(
		`requests that ${what} at an inner gate refuses cost the outer one a question a second`,
		async t => {
			const {store, pass} = await openRedisStore(opened);
			const koa = new Koa();
			koa
				.use(gatekeeper({banRule: [3, 60, 600], store}))
				.use(gatekeeper(inner(store)))
				.use(ok);
			const {http} = agents(koa);
			await http.get('/');
			await http.get('/');
			for (const round of [1, 2]) {
				const before = await scripts();
				for (let refusal = 0; refusal < REFUSALS; refusal += 1) {
					t.is((await http.get('/')).status, status);
				}

				t.true(
					(await scripts()) - before <= 2,
					`round ${round}: ${(await scripts()) - before} scripts`,
				);
				await pass(1000);
			}
		},
	);
}

test.serial('what a dry run would refuse asks about each ban, as it is let in', async t => {
	const {store} = await openRedisStore(opened);
	const koa = new Koa();
	koa
		.use(gatekeeper({banRule: [3, 60, 600], store}))
		.use(gatekeeper({rateLimitRule: global, dryRun: true}))
		.use(ok);
	const {http} = agents(koa);
	await http.get('/');
	const before = await scripts();
	for (let request = 0; request < 10; request += 1) {
		t.is((await http.get('/')).status, 200);
	}

	t.is((await scripts()) - before, 10);
});

test.serial(
	'upgrades that an inner gate refuses cost the outer one a question a second',
	async t => {
		const {store} = await openRedisStore(opened);
		const koa = new Koa();
		const outer = gatekeeper({banRule: [3, 60, 600], store});
		const inner = gatekeeper({rateLimitRule: global, store, key: byUser});
		koa.use(outer).use(inner);
		const upgrade = async () => {
			const socket = Object.defineProperty(new Socket(), 'remoteAddress', {value: '192.0.2.1'});
			const req = Object.assign(new IncomingMessage(socket), {url: '/'});
			return (await outer.check(koa, req)) ?? (await inner.check(koa, req));
		};
		t.is(await upgrade(), undefined);
		t.is((await upgrade())?.kind, 'limited');
		const before = await scripts();
		for (let refusal = 0; refusal < REFUSALS; refusal += 1) {
			t.is((await upgrade())?.kind, 'limited');
		}

		t.true((await scripts()) - before <= 2, `${(await scripts()) - before} scripts`);
	},
);

test.serial('parallel requests of a refused client cost one question a second', async t => {
	const {store, pass} = await openRedisStore(opened);
	const rules = [limit(3, 60_000)];
	await fill(store, rules, 3);
	t.is((await decide(store, 'a', rules)).kind, 'limited');
	await pass(900);

	const before = await scripts();
	const together = await Promise.all(Array.from({length: 100}, () => decide(store, 'a', rules)));
	t.true(together.every(({kind}) => kind === 'limited'));
	t.is(
		(await scripts()) - before,
		1,
		'one request asks again, and the others use what is remembered',
	);
	await pass(700);
	t.is((await decide(store, 'a', rules)).kind, 'limited');
	t.is((await scripts()) - before, 1, 'its verdict is remembered for another second');
});

test.serial('a report during a ban does not delete the remembered ban', async t => {
	const {store} = await openRedisStore(opened);
	await store.ban('a', {duration: 60_000});
	t.is((await decide(store, 'a', [])).kind, 'banned');
	const before = await scripts();
	for (let round = 0; round < 10; round += 1) {
		await store.report('a', ban(3, 60_000, 1000), {weight: 1});
		t.is((await decide(store, 'a', [])).kind, 'banned');
	}

	t.is((await scripts()) - before, 10, 'only the reports');
});

test.serial('a ban takes effect at once on a client that a limit refuses, too', async t => {
	const {http, gate} = await app({banRule: [2, 60, 600]}, router => {
		router.get('/full', specific(full), ok);
		router.get('/report', ctx => {
			ctx.report();
			ok(ctx);
		});
	});
	await http.get('/full');
	t.is((await http.get('/full')).status, 429);
	t.is((await http.get('/full')).status, 429);

	await gate.ban('127.0.0.1');
	t.is((await http.get('/full')).status, 403);
	await gate.unban('127.0.0.1');
	t.is((await http.get('/full')).status, 429);
	t.is((await http.get('/full')).status, 429);
	await http.get('/report');
	await http.get('/report');
	t.is((await http.get('/full')).status, 403);
});

test.serial('a ban from another process reaches a refused client within a second', async t => {
	const {http, prefix, pass} = await app({banRule: [2, 60, 600]}, router => {
		router.get('/full', specific(full), ok);
		router.get('/other', ok);
	});
	const {store} = await openRedisStore(opened, {prefix});
	t.is((await http.get('/other')).status, 200);
	await store.ban('127.0.0.1', {duration: 60_000});
	t.is((await http.get('/other')).status, 403, 'at once for a client that is not refused');

	await store.unban('127.0.0.1');
	await pass(1000);
	await http.get('/full');
	t.is((await http.get('/full')).status, 429);
	await store.ban('127.0.0.1', {duration: 60_000});
	await pass(1000);
	t.is((await http.get('/other')).status, 403);
});

test.serial('a request whose client is unknown does not ask about a ban', async t => {
	const {http} = await app({banRule: [2, 60, 600], ipHeader: 'X-Client'}, router => {
		router.get('/other', ok);
	});
	const before = await scripts();
	t.is((await http.get('/other')).status, 200);
	t.is(await scripts(), before);
});

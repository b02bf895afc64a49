import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import supertest from 'supertest';
import {readPage} from '../support/documents.ts';
import {report, who} from '../support/handlers.ts';
import {browse, lured} from '../support/lured.ts';
import {raw} from '../support/raw.ts';
import {openRecipe, type Recipe, repeat} from '../support/recipe.ts';
import {serve} from '../support/servers.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const alice = '203.0.113.7';
const bob = '203.0.113.8';

/** The checks of each recipe, by its heading. */
const recipes: Readonly<Record<string, (t: ExecutionContext, recipe: Recipe) => Promise<void>>> = {
	'Count only failed logins': async (t, {from, pass}) => {
		const login = (client: string, account: unknown, password: string) =>
			from(client).post('/login').send({account, password});
		const fail = (client: string, account: unknown) => () => login(client, account, 'guess');

		t.deepEqual(await repeat(6, () => login(alice, 'ann', 'secret')), Array(6).fill(200));
		t.deepEqual(await repeat(6, fail(alice, 'ANN')), [401, 401, 401, 401, 401, 429]);
		t.is((await login(alice, 'ben', 'secret')).status, 429, 'the client has failed five times');
		const fromThere = await login(alice, 'ben', 'secret').set(lured[0] ?? {});
		t.is(fromThere.status, 403, 'another site is refused before the limits');
		t.is((await login(bob, 'Ann', 'secret')).status, 429, 'and so has the account');
		t.is((await login(bob, 'ben', 'secret')).status, 200);
		t.is((await from(alice).get('/ping')).status, 200);

		// A login may look up `users[account]`, which takes all of these for ann.
		const spellings = [['ann'], null, [['ann']], ['ann', null], {ann: 1}, ['ann']];
		const guesses: number[] = [];
		for (const [number, account] of spellings.entries()) {
			guesses.push((await login(`198.51.100.${number}`, account, 'guess')).status);
		}

		t.deepEqual(guesses, [401, 401, 401, 401, 401, 429], 'whatever addresses they come from');

		pass(15 * MINUTE);
		t.is((await login(alice, 'ann', 'secret')).status, 200);
		for (const headers of lured) {
			const send = () => login(alice, 'ann', 'guess').set(headers);
			t.deepEqual(await repeat(6, send), Array(6).fill(403));
		}

		t.is((await login(alice, 'ann', 'secret')).status, 200);
	},

	'Requests from other sites': async (t, {from, router}) => {
		router.get('/account', ctx => ctx.throw(401));
		router.get('/report', report);
		const login = (client: string, headers = {}) => from(client).post('/login').set(headers);
		for (const path of ['/none', '/account', '/login']) {
			t.false((await browse(from(bob), path)).includes(403));
		}

		for (const headers of lured) {
			t.deepEqual(await repeat(4, () => login(bob, headers)), Array(4).fill(403));
			const right = {...headers, Authorization: 'Bearer secret'};
			t.is((await login(alice, right)).status, 403, 'it looks like a wrong one');
		}

		t.like((await from(bob).get('/report')).body, {reports: 1}, 'the first one');
		await repeat(100, () => from(bob).get('/ping').set('Sec-Fetch-Site', 'same-origin'));
		t.false((await browse(from(bob), '/ping')).includes(403), 'limited, and not banned');

		t.is((await login(alice, {Authorization: 'Bearer secret'})).status, 200);
		const guess = () => login(alice, {'Sec-Fetch-Site': 'same-origin'});
		t.deepEqual(await repeat(4, guess), [401, 401, 401, 403]);
		const scanner = '203.0.113.9';
		t.deepEqual(await repeat(4, () => from(scanner).get('/none')), [404, 404, 404, 403]);
	},

	'Ban whoever requests /wp-login.php': async (t, {from, pass}) => {
		t.deepEqual(new Set(await browse(from(bob), '/wp-login.php')), new Set([404]));
		t.is((await from(bob).get('/ping')).status, 200);

		t.is((await from(alice).get('/wp-login.php')).status, 404);
		t.like(await from(alice).get('/ping'), {status: 403, headers: {'retry-after': '86400'}});
		pass(24 * 60 * MINUTE);
		t.is((await from(alice).get('/ping')).status, 200);
	},

	'Ban clients that keep running into a limit': async (t, {from, pass}) => {
		const ping = () => from(alice).get('/ping');

		t.deepEqual(await repeat(100, ping), Array(100).fill(200));
		const refused = await ping();
		t.like(refused, {status: 429, headers: {'retry-after': '60'}});
		t.regex(refused.text, /^rate limited for 60s/);
		t.deepEqual(await repeat(19, ping), Array(19).fill(429));
		t.like(await ping(), {status: 403, headers: {'retry-after': '3600'}});
		pass(60 * MINUTE);
		t.is((await ping()).status, 200);
		t.is((await from(bob).get('/ping')).status, 200);

		t.deepEqual(await repeat(99, () => from(bob).get('/ping')), Array(99).fill(200));
		for (let round = 0; round < 20; round += 1) {
			await browse(from(bob), '/ping');
		}

		t.is((await from(bob).get('/ping')).status, 429);
	},

	'Ban clients that cause many 404s': async (t, {from, router}) => {
		router.get('/gone', ctx => ctx.throw(404));
		router.get('/secret', ctx => ctx.throw(401));
		router.get('/broken', () => {
			throw new Error('broken');
		});

		for (let round = 0; round < 21; round += 1) {
			t.deepEqual(new Set(await browse(from(bob), '/none')), new Set([404]));
		}

		t.deepEqual(await repeat(21, () => from(bob).get('/secret')), Array(21).fill(401));
		t.deepEqual(await repeat(21, () => from(bob).get('/broken')), Array(21).fill(500));
		t.deepEqual(await repeat(10, () => from(alice).get('/none')), Array(10).fill(404));
		t.deepEqual(await repeat(10, () => from(alice).get('/gone')), Array(10).fill(404));
		t.like(await from(alice).get('/ping'), {status: 403, headers: {'retry-after': '600'}});
		t.is((await from(bob).get('/ping')).status, 200);
	},

	'Ban repeat offenders for longer': async (t, {from, router, pass}) => {
		router.post('/report', ctx => {
			ctx.report({weight: 3});
		});

		for (const seconds of [600, 3600, 86_400, 86_400]) {
			await from(alice).post('/report');
			const {headers} = await from(alice).get('/ping');
			t.is(headers['retry-after'], String(seconds));
			pass(seconds * SECOND);
		}
	},

	'Limit by user if signed in, else by address': async (t, {from, router}) => {
		router.get('/who', who);
		router.post('/sign-in', ctx => {
			ctx.session.userId = 'ann';
			ctx.body = 'welcome';
		});
		const [home, work] = [from(alice), from(bob)];

		t.is((await home.get('/who')).text, alice);
		t.deepEqual(await repeat(98, () => home.get('/ping')), Array(98).fill(200));
		t.is((await home.post('/sign-in')).status, 200);
		t.is((await home.get('/who')).text, 'key:ann');
		t.is((await from(alice).get('/ping')).status, 429);

		await work.post('/sign-in');
		t.deepEqual(await repeat(99, () => work.get('/ping')), Array(99).fill(200));
		t.is((await home.get('/ping')).status, 429);
	},

	'Limit by plan': async (t, {from, own, pass}) => {
		const paying = (client: string) => () =>
			from(client).get('/ping').set('Authorization', 'Bearer secret');

		t.deepEqual(await repeat(20, () => from(alice).get('/ping')), Array(20).fill(200));
		t.is((await from(alice).get('/ping')).status, 429);
		t.is((await from(bob).get('/ping')).status, 200);
		t.deepEqual(await repeat(100, paying(alice)), Array(100).fill(200));
		t.deepEqual(await repeat(100, paying(bob)), Array(100).fill(200));
		t.is((await paying(bob)()).status, 429);

		const users = own.users as Map<string, {id: string; isPaying: boolean}>;
		users.set('Bearer secret', {id: 'alice', isPaying: false});
		t.is((await paying(bob)()).status, 200, 'the other plan has its own quota');
		pass(60 * MINUTE);
		t.is((await from(alice).get('/ping')).status, 200);
	},

	'Let expensive requests count for more': async (t, {from}) => {
		for (const [index, path] of ['/export', '/EXPORT', '/export/'].entries()) {
			const get = (of: string) => from(`198.51.100.${index}`).get(of);
			t.deepEqual(await repeat(6, () => get(path)), [200, 200, 200, 200, 200, 429]);
			t.is((await get('/ping')).status, 429);
		}

		t.deepEqual(await repeat(81, () => from(bob).get('/ping')), Array(81).fill(200));
		t.is((await from(bob).get('/export')).status, 429);
	},

	'Skip health checks with any router': async (t, {app, from, router, specific}) => {
		router.get('/health', specific([1, 60]), report);

		const health = await from(alice).get('/health');
		t.deepEqual(health.body, {reports: 0, banned: false, immune: 'allowed'});
		t.deepEqual(await repeat(100, () => from(alice).get('/ping')), Array(100).fill(200));
		t.is((await from(alice).get('/ping')).status, 429);
		t.deepEqual(await repeat(9, () => from(alice).get('/health')), Array(9).fill(200));

		const {port} = await serve(t, app);
		const ask = (path: string) =>
			raw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${alice}\r\n\r\n`);
		t.regex(await ask('/health'), /^HTTP\/1\.1 200/);
		t.regex(await ask('/health/../admin'), /^HTTP\/1\.1 429/);
	},

	'List the bans as JSON': async (t, {from, router, own, pass}) => {
		router.post('/report', ctx => {
			ctx.report({weight: 3, reason: 'spam'});
		});
		const listAt = (host: string) =>
			supertest((own.admin as Koa).callback())
				.get('/')
				.set('Host', host);
		const list = async () => (await listAt('localhost:3001')).body;
		t.is((await listAt('127.0.0.1:3001')).status, 200);
		t.is((await listAt('rebound.example:3001')).status, 404);

		t.deepEqual(await list(), []);
		await from(alice).post('/report');
		await own.gate.ban(bob, {duration: Number.POSITIVE_INFINITY});
		pass(60 * SECOND);
		t.deepEqual(await list(), [
			{client: alice, by: 'reports', reason: 'spam', retryAfter: 540},
			{client: bob, by: 'hand', retryAfter: null},
		]);
	},
};

for (const [heading, run] of Object.entries(recipes)) {
	test.serial(`recipe: ${heading}`, async t => {
		await run(t, await openRecipe(t, 'docs/recipes.md', heading));
	});
}

test('every recipe has a test', async t => {
	const text = await readPage('docs/recipes.md');
	const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);

	t.deepEqual(
		headings.filter(heading => heading !== 'End a ban from a script'),
		Object.keys(recipes),
	);
});

import test from 'ava';
import {type Gatekeeper, gatekeeper} from '../../source/index.ts';
import {blocks} from '../support/documents.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {browse} from '../support/lured.ts';
import {openRecipe, type Recipe} from '../support/recipe.ts';

const page = 'docs/bans.md';
const SECOND = 1000;
const DAY = 24 * 60 * 60;
const alice = '203.0.113.7';
const bob = '198.51.100.8';

/** Reports a client often enough for a ban, and returns how many seconds the ban lasts. */
async function offend({from, router}: Pick<Recipe, 'from' | 'router'>): Promise<number> {
	if (router.match('/report', 'POST').pathAndMethod.length === 0) {
		router.post('/report', ctx => {
			ctx.report({weight: 3});
		});
	}

	await from(alice).post('/report');
	return Number((await from(alice).get('/ping')).headers['retry-after']);
}

test('three reports within a minute ban for ten minutes, and are then spent', async t => {
	const recipe = await openRecipe(t, page, 'By reports');
	const {from, router, pass} = recipe;
	router.post('/once', async ctx => {
		ctx.body = await ctx.report();
	});
	const once = async () => (await from(alice).post('/once')).body;

	t.deepEqual(await once(), {reports: 1, banned: false});
	t.deepEqual(await once(), {reports: 2, banned: false});
	t.deepEqual(await once(), {reports: 3, banned: true, retryAfter: 600});
	t.is((await from(alice).post('/once')).status, 403);
	pass(600 * SECOND);
	t.deepEqual(await once(), {reports: 1, banned: false});
});

test('the first ban lasts the first duration, the second the second, every further one the last', async t => {
	const recipe = await openRecipe(t, page, 'Longer bans for repeat offenders');

	for (const seconds of [600, 3600, DAY, DAY]) {
		t.is(await offend(recipe), seconds);
		recipe.pass(seconds * SECOND);
	}

	recipe.pass(DAY * SECOND);
	t.is(await offend(recipe), 600, 'forgotten a day after the last one has ended');
});

test('`forgetAfter` sets another time, of at most a year', async t => {
	const recipe = await openRecipe(t, page, 'Longer bans for repeat offenders', 1);

	t.is(await offend(recipe), 600);
	recipe.pass((600 + 29 * DAY) * SECOND);
	t.is(await offend(recipe), 3600);
	const forgetting = (forgetAfter: string) => () =>
		gatekeeper({banRule: {count: 1, window: 1, duration: [1, 2], forgetAfter}});
	t.notThrows(forgetting('365d'));
	t.throws(forgetting('366d'), {instanceOf: TypeError});
});

test('a ban by hand lasts the first duration and is no offence; `unban` forgives, `reset` does not', async t => {
	const app = gatedApp({banRule: [3, 60, ['10m', '1h', '1d']], ipHeader: 'X-Forwarded-For'});
	const {gate, pass} = app;

	await gate.ban(alice);
	t.deepEqual(await bansOf(app), [{client: alice, by: 'hand', retryAfter: 600}]);
	pass(600 * SECOND);
	t.is(await offend(app), 600);
	t.deepEqual(await bansOf(app), [{client: alice, by: 'reports', retryAfter: 600, strike: 1}]);
	pass(600 * SECOND);
	await gate.reset(alice);
	t.is(await offend(app), 3600);
	await gate.unban(alice);
	t.is(await offend(app), 600);
});

test('a trap bans scripts, and no browser, whatever has made that request it', async t => {
	const {from, pass} = await openRecipe(t, page, 'By a trap');
	t.deepEqual(new Set(await browse(from(bob), '/.env')), new Set([404]));
	t.is((await from(bob).get('/ping')).status, 200);

	t.is((await from(alice).get('/.env')).status, 404);
	t.like(await from(alice).get('/ping'), {status: 403, headers: {'retry-after': String(DAY)}});
	pass(DAY * SECOND);
	t.is((await from(alice).post('/xmlrpc.php')).status, 404);
	t.is((await from(alice).get('/ping')).status, 403);
});

test('`ctx.ban()` returns a standing, never shortens a ban, and bans no immune client', async t => {
	const {http, from, gate} = gatedApp(
		{banRule: [3, 60, [600, 3600]], ipHeader: 'X-Forwarded-For', allow: [bob]},
		router => {
			router.get('/trap', async ctx => {
				const {seconds} = ctx.query;
				const duration = typeof seconds === 'string' ? Number(seconds) : undefined;
				ctx.body = await ctx.ban(duration === undefined ? {} : {duration});
			});
		},
	);
	const trap = async (client: string, query = '') => (await from(client).get(`/trap${query}`)).body;

	t.deepEqual(await trap(bob), {reports: 0, banned: false, immune: 'allowed'});
	t.deepEqual((await http.get('/trap')).body, {reports: 0, banned: false, immune: 'no-client'});
	t.deepEqual(await trap(alice), {reports: 0, banned: true, retryAfter: 600});
	await gate.unban(alice);
	t.deepEqual(await trap(alice, '?seconds=60'), {reports: 0, banned: true, retryAfter: 60});
});

test('without a ban rule, `ctx.ban()` needs a duration', async t => {
	const {http} = gatedApp({}, router => {
		router.get('/trap', async ctx => {
			await t.throwsAsync(ctx.ban(), {instanceOf: TypeError, message: /`duration`/});
		});
	});

	await http.get('/trap');
	t.is((await http.get('/ping')).status, 200);
});

test('the calls of the example on managing bans take effect', async t => {
	const {from} = await openRecipe(t, page, 'From code');

	t.is((await from(alice).get('/ping')).status, 200);
});

test('without a duration and without a ban rule, a ban by hand has no end', async t => {
	const app = gatedApp();

	await app.gate.ban(alice);
	t.deepEqual(await bansOf(app), [{client: alice, by: 'hand', retryAfter: Infinity}]);
});

test('the example on ranges bans a range and unbans it', async t => {
	const {from, own} = await openRecipe(t, page, 'Ranges');
	const {gate} = own;

	t.is((await from(alice).get('/ping')).status, 200);
	await gate.ban('203.0.113.0/24');
	t.is((await from(alice).get('/ping')).status, 403);
	t.is((await from(bob).get('/ping')).status, 200);
});

test('a ban of a range holds for addresses alone, and ends as it was made', async t => {
	const app = gatedApp({
		ipHeader: 'X-Forwarded-For',
		allow: ['203.0.113.9'],
		key: ctx => ctx.get('X-User'),
	});
	const {gate, from, http} = app;
	await gate.ban('203.0.113.0/24', {duration: 60});
	await gate.ban('203.0.0.0/16', {duration: 600});

	t.is((await from(alice).get('/ping')).headers['retry-after'], '600');
	t.is((await from(alice).get('/ping').set('X-User', 'ann')).status, 200);
	t.is((await from('203.0.113.9').get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 200, 'it names no client');
	await gate.unban(alice);
	t.is((await from(alice).get('/ping')).status, 403);
	await gate.unban('203.0.0.0/16');
	t.is((await from(alice).get('/ping')).headers['retry-after'], '60');
});

test('a CIDR as long as a client is that client, and a longer one a TypeError', async t => {
	const app = gatedApp();
	const {gate} = app;

	await gate.ban('203.0.113.7/32');
	await gate.ban('2001:db8::/64');
	t.deepEqual(
		(await bansOf(app)).map(({client}) => client),
		[alice, '2001:db8::/64'],
	);
	await t.throwsAsync(gate.ban('2001:db8::/96'), {instanceOf: TypeError});
});

test('at most 1,000 ranges can be banned', async t => {
	const {gate} = gatedApp();
	const ban = (place: number) => gate.ban(`10.${place >> 8}.${place & 255}.0/24`);

	for (let place = 0; place < 1000; place += 1) {
		await ban(place);
	}

	await t.throwsAsync(ban(1000), {message: /1,000/});
	await t.notThrowsAsync(ban(999));
});

test('a range that `allow` covers cannot be banned', async t => {
	const gate: Gatekeeper = gatekeeper({allow: ['203.0.113.0/24']});

	await t.throwsAsync(gate.ban('203.0.113.0/25'), {instanceOf: TypeError});
	await t.notThrowsAsync(gate.ban('203.0.0.0/16'));
});

test('every block of docs/bans.md is tested', async t => {
	t.is((await blocks(page)).length, 6);
});

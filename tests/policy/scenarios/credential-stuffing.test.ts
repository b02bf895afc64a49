/*
 * A botnet of 500 addresses guesses at the account of Alice. Each address has a ban rule to fear; the account has
 * a limit of wrong passwords, or not.
 */
import type {ExecutionContext} from 'ava';
import type {Context} from 'koa';
import {type LimitRules, type Store, specific} from '../../../source/index.ts';
import {accountOf, credentials, logIn, passwordOf} from '../../support/accounts.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {bansOf} from '../../support/gated-app.ts';
import {passOn} from '../../support/handlers.ts';
import {repeat} from '../../support/recipe.ts';
import {tally, visitedApp} from '../../support/visitors.ts';

const HOUR = 3_600_000;

const guesses: LimitRules = {count: 10, window: '1h', name: 'guesses', countWhen: [401]};
const botnet = Array.from({length: 500}, (_, index) => `203.0.${index >> 8}.${index & 255}`);
const some = botnet.slice(0, 20);

async function attackedApp(t: ExecutionContext, store: Store, limit = passOn) {
	let tried = 0;
	const {visitor, gate} = await visitedApp(
		t,
		{store, banRule: [2, '10m', '1h'], reportWhen: [401, 429]},
		router => {
			router.post('/login', limit, ctx => {
				tried += passwordOf(ctx) === 'right' ? 0 : 1;
				logIn(ctx);
			});
		},
	);
	const alice = visitor('198.51.100.1');

	return {
		gate,
		/** How many wrong passwords were tried so far. */
		tried: () => tried,
		/** Each of these addresses guesses once, in parallel. */
		attack: async (addresses = botnet) =>
			tally(
				await Promise.all(
					addresses.map(async (address, index) => {
						const guess = credentials('alice', `guess ${index}`);
						return (await visitor(address).post('/login', guess)).status;
					}),
				),
			),
		aliceLogsIn: (headers = {}) =>
			alice.post('/login', {...credentials('alice', 'right'), ...headers}),
		aliceReads: async () => (await alice.get('/ping')).status,
		bobLogsIn: async () =>
			(await visitor('198.51.100.2').post('/login', credentials('bob', 'right'))).status,
	};
}

onEveryStore(
	'500 addresses try 520 passwords of an account that has no limit of its own',
	async (t, {store}) => {
		const {attack, tried, aliceLogsIn, gate} = await attackedApp(t, store);

		t.deepEqual(await attack(), {401: 500});
		t.deepEqual(await bansOf({gate}), [], 'one guess of each address is no reason to ban it');
		t.deepEqual([await attack(some), await attack(some)], [{401: 20}, {403: 20}]);
		t.is((await bansOf({gate})).length, 20, 'only those that guess twice are banned');
		t.is(tried(), 520);
		t.is((await aliceLogsIn()).status, 200, 'she notices nothing');
	},
);

onEveryStore(
	'500 addresses try 10 passwords an hour of an account that has a limit, and its owner is locked out meanwhile',
	async (t, {store, pass}) => {
		const limit = specific(guesses, {key: accountOf});
		const app = await attackedApp(t, store, limit);
		t.deepEqual(
			await repeat(20, () => app.aliceLogsIn()),
			Array(20).fill(200),
			'her logins take no place',
		);

		t.deepEqual(await app.attack(), {401: 10, 429: 490}, 'in parallel, and no eleventh guess');
		t.deepEqual(await app.attack(some), {429: 20});
		t.is(app.tried(), 10);
		t.deepEqual(await bansOf(app), [], 'a 429 by an account is no report of an address');

		const refused = await app.aliceLogsIn();
		t.is(refused.status, 429, 'her password is right, but nobody looks at it');
		t.is(refused.headers['retry-after'], '3600');
		t.is(await app.aliceReads(), 200, 'where she is logged in, she goes on');
		t.is(await app.bobLogsIn(), 200);

		await app.gate.reset({specificKey: 'alice'});
		t.is((await app.aliceLogsIn()).status, 200, 'support can let her in');
		t.deepEqual(await app.attack(some), {401: 10, 429: 10}, 'and the botnet with her');

		await pass(HOUR);
		t.is((await app.aliceLogsIn()).status, 200, 'an hour later she comes first');
		t.deepEqual(await app.attack(some), {401: 10, 429: 10});
		t.is((await app.aliceLogsIn()).status, 429);
	},
);

onEveryStore(
	'on a device that she has used before, the owner of an attacked account logs in',
	async (t, {store}) => {
		// An app would sign this cookie.
		const isOwnDevice = (ctx: Context) => ctx.cookies.get('device') === accountOf(ctx);
		const limit = specific(guesses, {
			key: ctx => (isOwnDevice(ctx) ? undefined : accountOf(ctx)),
		});
		const {attack, aliceLogsIn} = await attackedApp(t, store, limit);

		t.deepEqual(await attack(some), {401: 10, 429: 10});
		t.is((await aliceLogsIn({Cookie: 'device=alice'})).status, 200);
		t.is((await aliceLogsIn()).status, 429);
	},
);

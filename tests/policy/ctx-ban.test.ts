import test from 'ava';
import type {BanOptions, Standing} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {latch, until} from '../support/latch.ts';
import {warnings} from '../support/warnings.ts';

onEveryStore(
	'a trap bans its visitor at once, by hand, for the duration of the ban rule',
	async (t, {store, pass}) => {
		const standings: Standing[] = [];
		const app = gatedApp({store, banRule: [3, 60, 600]}, router => {
			router.all('/trap', async ctx => {
				standings.push(await ctx.ban({reason: 'trap'}));
			});
		});

		t.is((await app.http.get('/trap')).status, 404);
		t.deepEqual(standings, [{reports: 0, banned: true, retryAfter: 600}]);
		t.deepEqual(await bansOf(app), [
			{client: '127.0.0.1', by: 'hand', reason: 'trap', retryAfter: 600},
		]);
		t.is((await app.http.get('/ping')).status, 403);
		await pass(600_000);
		t.is((await app.http.get('/ping')).status, 200);
	},
);

onEveryStore('the standing after a ban without end has no end', async (t, {store}) => {
	const standings: Standing[] = [];
	const {http} = gatedApp({store, banRule: [1, 60, Infinity]}, router => {
		router.all('/trap', async ctx => {
			standings.push(await ctx.ban(), await ctx.report());
		});
	});
	await http.get('/trap');

	t.deepEqual(
		standings.map(({retryAfter}) => retryAfter),
		[Infinity, Infinity],
	);
});

onEveryStore('the response waits for the ban, even if the handler does not', async (t, {store}) => {
	const {http} = gatedApp({store}, router => {
		router.get('/trap', ctx => {
			const {ban} = ctx;
			ban({duration: '1h'});
			ctx.body = 'caught';
		});
	});

	t.is((await http.get('/trap')).status, 200);
	const refused = await http.get('/ping');
	t.is(refused.status, 403);
	t.is(refused.headers['retry-after'], '3600');
});

onEveryStore('it never shortens a ban', async (t, {store}) => {
	const standings: Standing[] = [];
	const app = gatedApp({store, banRule: [1, 60, 600]}, router => {
		router.get('/report', async ctx => {
			await ctx.report({reason: 'first'});
			standings.push(await ctx.ban({duration: 60, reason: 'second'}));
			standings.push(await ctx.ban({duration: 900, reason: 'third'}));
			standings.push(await ctx.ban({duration: 300, reason: 'fourth'}));
		});
	});
	await app.http.get('/report');

	t.deepEqual(
		standings.map(({retryAfter}) => retryAfter),
		[600, 900, 900],
	);
	t.deepEqual(await bansOf(app), [
		{client: '127.0.0.1', by: 'hand', reason: 'third', retryAfter: 900},
	]);
});

onEveryStore('immune clients are not banned, and the standing says so', async (t, {store}) => {
	const standing = async (options: Parameters<typeof gatedApp>[0]) => {
		const {http, gate} = gatedApp({store, ...options}, router => {
			router.get('/trap', async ctx => {
				ctx.body = await ctx.ban();
			});
		});
		const {body} = await http.get('/trap');
		t.deepEqual(await bansOf({gate}), []);
		return body;
	};

	t.deepEqual(await standing({banRule: [1, 60, 600], allow: ['127.0.0.1']}), {
		reports: 0,
		banned: false,
		immune: 'allowed',
	});
	t.deepEqual(await standing({banRule: [1, 60, 600], trustedProxies: ['127.0.0.1']}), {
		reports: 0,
		banned: false,
		immune: 'no-client',
	});
});

onEveryStore(
	'under escalation it lasts the first duration, and earns no strike',
	async (t, {store, pass}) => {
		const app = gatedApp({store, banRule: [1, 60, ['1m', '1h']]}, router => {
			router.get('/trap', ctx => ctx.ban());
			router.get('/report', ctx => ctx.report());
		});
		await app.http.get('/trap');
		t.deepEqual(await bansOf(app), [{client: '127.0.0.1', by: 'hand', retryAfter: 60}]);
		await pass(60_000);
		await app.http.get('/report');
		t.deepEqual(await bansOf(app), [
			{client: '127.0.0.1', by: 'reports', strike: 1, retryAfter: 60},
		]);
	},
);

onEveryStore(
	'guesses that are judged during the ban of a trap count, and ban their client',
	async (t, {store, pass}) => {
		const judged = latch();
		let judging = 0;
		const app = gatedApp({store, banRule: [3, 60, [600, 1200]]}, router => {
			router.get('/trap', ctx => ctx.ban({duration: 10, reason: 'trap'}));
			router.post('/login', async ctx => {
				judging += 1;
				await judged.all;
				ctx.body = await ctx.report({reason: 'password'});
			});
		});
		const bans: unknown[] = [];
		app.gate.on('banned', ({by, strike, retryAfter}) => bans.push({by, strike, retryAfter}));

		const guesses = Array.from({length: 4}, async () => app.http.post('/login'));
		await until(() => judging === 4);
		await app.http.get('/trap');
		judged.release();
		const standings = (await Promise.all(guesses)).map(({body}) => body);

		t.deepEqual(
			standings.sort((one, other) => one.reports - other.reports),
			[
				{reports: 0, banned: true, retryAfter: 600},
				{reports: 1, banned: true, retryAfter: 10},
				{reports: 2, banned: true, retryAfter: 10},
				{reports: 3, banned: true, retryAfter: 600},
			],
		);
		t.deepEqual(bans, [
			{by: 'hand', strike: undefined, retryAfter: 10},
			{by: 'reports', strike: 1, retryAfter: 600},
		]);
		t.deepEqual(await bansOf(app), [
			{client: '127.0.0.1', by: 'reports', reason: 'password', strike: 1, retryAfter: 600},
		]);
		await pass(10_000);
		t.is((await app.http.get('/ping')).status, 403);
	},
);

onEveryStore(
	'a ban by reports that a longer one of a trap hides is told of with its own length',
	async (t, {store}) => {
		const app = gatedApp({store, banRule: [1, 60, 600]}, router => {
			router.get('/trap', async ctx => {
				await ctx.ban({duration: '1d'});
				ctx.body = await ctx.report();
			});
		});
		const bans: unknown[] = [];
		app.gate.on('banned', ({by, retryAfter}) => bans.push({by, retryAfter}));

		const {body} = await app.http.get('/trap');
		t.deepEqual(body, {reports: 1, banned: true, retryAfter: 86_400});
		t.deepEqual(bans, [
			{by: 'hand', retryAfter: 86_400},
			{by: 'reports', retryAfter: 600},
		]);
	},
);

test('reportWhen is not asked where the handler has banned', async t => {
	const asked: string[] = [];
	const reportWhen = ({path}: {path: string}) => {
		asked.push(path);
		return false;
	};
	const {http} = gatedApp({banRule: [3, 60, 600], reportWhen}, router => {
		router.get('/trap', ctx => ctx.ban());
	});
	await http.get('/ping');
	await http.get('/trap');

	t.deepEqual(asked, ['/ping']);
});

test.serial(
	'bad options ban nobody: a rejection and a warning, and never an unhandled rejection',
	async t => {
		const seen = warnings(t);
		const messages: string[] = [];
		const bad: unknown[] = [{}, {duration: 0}, {duration: '1 parsec'}, {client: '10.0.0.1'}, 5];
		const app = gatedApp({}, router => {
			router.get('/trap/:which', async ctx => {
				ctx.ban(bad[Number(ctx.params.which)] as BanOptions);
				await ctx
					.ban(bad[Number(ctx.params.which)] as BanOptions)
					.catch((error: Error) => messages.push(error.message));
			});
		});
		for (let which = 0; which < bad.length; which += 1) {
			await app.http.get(`/trap/${which}`);
		}

		t.deepEqual(messages, [
			"`ctx.ban()` needs a `duration` such as {duration: '10m'}, since the gate has no `banRule`",
			"`duration` must be seconds above 0 or a duration such as '10m', got 0",
			"`duration` must be seconds above 0 or a duration such as '10m', got '1 parsec'",
			'Unknown option `client` of ctx.ban(); it takes duration, reason',
			"The options of ctx.ban() must be an object such as {duration: '10m'}, got a number",
		]);
		t.deepEqual(await bansOf(app), []);
		t.deepEqual(await seen.messages(), [`A ctx.ban() had no effect: ${messages[0]}`]);
	},
);

test.serial('a reason that is no text is left out, with a warning', async t => {
	const seen = warnings(t);
	const app = gatedApp({banRule: [3, 60, 600]}, router => {
		router.get('/trap', ctx => ctx.ban({reason: ['a'] as never}));
	});
	await app.http.get('/trap');

	t.deepEqual(await bansOf(app), [{client: '127.0.0.1', by: 'hand', retryAfter: 600}]);
	t.deepEqual(await seen.messages(), [
		'A ctx.ban() took effect without its reason, which must be a string, got an array',
	]);
});

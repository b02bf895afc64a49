import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Context} from 'koa';
import {
	bypass,
	type Gatekeeper,
	type GatekeeperOptions,
	gatekeeper,
	MemoryStore,
	type Store,
	specific,
} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {repeat} from '../support/recipe.ts';
import {agents} from '../support/servers.ts';

/** What the gates of a request think of it, from the nearest to the first. */
function verdicts(ctx: Context): string[] {
	const {verdict, outer} = ctx.state.gatekeeper;
	return [verdict.kind, ...(outer ? [outer.verdict.kind] : [])];
}

interface TwoGates {
	readonly dry: Gatekeeper;
	readonly enforcing: Gatekeeper;
	readonly http: ReturnType<typeof agents>['http'];
}

/** A dry run and an enforcing gate on one store, in either order. */
function twoGates(
	store: Store,
	dryOptions: GatekeeperOptions,
	options: GatekeeperOptions,
	routes: (router: Router) => void = () => {},
	isDryFirst = true,
): TwoGates {
	const app = new Koa();
	app.silent = true;
	const router = new Router();
	const dry = gatekeeper({store, ...dryOptions, dryRun: true});
	const enforcing = gatekeeper({store, ...options});
	for (const gate of isDryFirst ? [dry, enforcing] : [enforcing, dry]) {
		app.use(gate);
	}

	router.get('/ping', ctx => {
		ctx.body = verdicts(ctx);
	});
	routes(router);
	app.use(router.routes());
	return {dry, enforcing, http: agents(app).http};
}

onEveryStore(
	'a dry run refuses nothing and sets no field, whatever it would have done',
	async (t, {store}) => {
		const app = gatedApp(
			{
				store,
				dryRun: true,
				headers: 'both',
				rateLimitRule: [2, 60],
				banRule: [1, 60, 600],
				onRefused: () => t.fail(),
			},
			router => {
				router.get('/verdict', ctx => {
					ctx.body = ctx.state.gatekeeper.verdict.kind;
				});
			},
		);
		const get = async () => {
			const {status, text, headers} = await app.http.get('/verdict');
			const fields = Object.keys(headers).filter(name => /ratelimit|retry/.test(name));
			return [status, text, ...fields];
		};

		t.deepEqual(
			[await get(), await get(), await get()],
			[
				[200, 'admitted'],
				[200, 'admitted'],
				[200, 'limited'],
			],
		);
		await app.gate.ban('127.0.0.1');
		t.deepEqual(await get(), [200, 'banned']);
		t.like(await bansOf(app), [{client: '127.0.0.1', by: 'hand'}]);
	},
);

for (const isDryFirst of [true, false]) {
	const where = isDryFirst ? 'before' : 'behind';

	onEveryStore(
		`a dry run ${where} a gate on the same store counts and bans apart`,
		async (t, {store}) => {
			const {dry, enforcing, http} = twoGates(
				store,
				{rateLimitRule: [1, 60], banRule: [1, 60, 60]},
				{rateLimitRule: [3, 60], banRule: [9, 60, 60]},
				() => {},
				isDryFirst,
			);

			const first = await http.get('/ping');
			t.is(
				first.headers['ratelimit-policy'],
				'"global";q=3;w=60',
				'only the fields of the enforcing gate',
			);
			t.deepEqual(await repeat(3, () => http.get('/ping')), [200, 200, 429]);
			await dry.ban('127.0.0.1');
			t.deepEqual(await bansOf({gate: enforcing}), []);
			await dry.ban('203.0.113.0/24');
			t.is((await bansOf({gate: dry})).length, 2);
			t.deepEqual(await bansOf({gate: enforcing}), []);
			await enforcing.reset('127.0.0.1');
			t.is((await http.get('/ping')).status, 200);
			await enforcing.ban('127.0.0.1');
			t.is((await http.get('/ping')).status, 403);
		},
	);

	onEveryStore(
		`specific, report and ban act on the enforcing gate, and on a dry run ${where} it as a copy`,
		async (t, {store}) => {
			const {dry, enforcing, http} = twoGates(
				store,
				{banRule: [1, 60, 60]},
				{banRule: [2, 60, 600]},
				router => {
					router.get('/limited', specific([1, 60]), ok);
					router.get('/wrong', async ctx => {
						ctx.body = await ctx.report();
					});
					router.get('/trap', async ctx => {
						ctx.body = await ctx.ban({duration: '1h'});
					});
				},
				isDryFirst,
			);

			t.deepEqual(
				(await http.get('/wrong')).body,
				{reports: 1, banned: false},
				'the standing at the enforcing gate',
			);
			t.like(await bansOf({gate: dry}), [{client: '127.0.0.1', by: 'reports', retryAfter: 60}]);
			t.deepEqual(await bansOf({gate: enforcing}), []);
			t.deepEqual(await repeat(2, () => http.get('/limited')), [200, 429]);
			await dry.unban('127.0.0.1');
			await http.get('/trap');
			t.like(await bansOf({gate: dry}), [{by: 'hand', retryAfter: 3600}]);
			t.like(await bansOf({gate: enforcing}), [{by: 'hand', retryAfter: 3600}]);
		},
	);
}

onEveryStore('what would have been refused counts and reports no further', async (t, {store}) => {
	const {dry, enforcing, http} = twoGates(
		store,
		{rateLimitRule: [1, 60], banRule: [2, 60, 60], reportWhen: [404]},
		{},
		router => {
			router.get('/wrong', async ctx => {
				await ctx.report();
				await ctx.ban({duration: 60});
				ctx.status = 404;
			});
			router.get('/keyed', specific([2, 60], {key: () => 'all'}), ctx => {
				ctx.body = verdicts(ctx);
			});
		},
	);

	t.deepEqual((await http.get('/ping')).body, ['admitted', 'admitted']);
	t.deepEqual((await http.get('/ping')).body, ['admitted', 'limited']);
	await http.get('/nowhere');
	t.deepEqual(await bansOf({gate: dry}), [], 'no report of the status');
	await http.get('/wrong');
	t.deepEqual(await bansOf({gate: dry}), [], 'no report and no ban');

	await enforcing.unban('127.0.0.1');
	t.deepEqual((await http.get('/keyed')).body, ['admitted', 'limited']);
	for (let counted = 1; counted <= 2; counted += 1) {
		await dry.reset('127.0.0.1');
		await enforcing.reset({specificKey: 'all'});
		t.deepEqual((await http.get('/keyed')).body, ['admitted', 'admitted'], `${counted} counted`);
	}
});

onEveryStore(
	'the reports of a dry run by status see the 429 that it would have sent',
	async (t, {store}) => {
		const {dry, http} = twoGates(
			store,
			{rateLimitRule: [1, 60], banRule: [2, 60, 60], reportWhen: [429]},
			{},
		);

		t.deepEqual(await repeat(3, () => http.get('/ping')), [200, 200, 200]);
		t.like(await bansOf({gate: dry}), [{by: 'reports', reason: 'HTTP 429'}]);
		t.deepEqual((await http.get('/ping')).body, ['admitted', 'banned']);
	},
);

onEveryStore('a dry run alone is what specific, report and ban act on', async (t, {store}) => {
	const app = gatedApp({store, dryRun: true, banRule: [2, 60, 60]}, router => {
		router.get('/limited', specific([1, 60]), ctx => {
			ctx.body = ctx.state.gatekeeper.verdict.kind;
		});
		router.get('/wrong', async ctx => {
			ctx.body = await ctx.report();
		});
	});

	t.is((await app.http.get('/limited')).text, 'admitted');
	t.is((await app.http.get('/limited')).text, 'limited');
	t.deepEqual((await app.http.get('/wrong')).body, {reports: 1, banned: false});
	t.deepEqual((await app.http.get('/wrong')).body, {reports: 2, banned: true, retryAfter: 60});
	t.like(await bansOf(app), [{by: 'reports'}]);
});

test('of two dry runs alone, the nearer one acts and both count', async t => {
	const app = new Koa();
	const gates = [1, 2].map(count => gatekeeper({dryRun: true, banRule: [count, 60, 60]}));
	for (const gate of gates) {
		app.use(gate);
	}

	app.use(async ctx => {
		ctx.body = await ctx.report();
	});
	const {http} = agents(app);

	t.deepEqual((await http.get('/')).body, {reports: 1, banned: false});
	t.deepEqual(await Promise.all(gates.map(async gate => (await bansOf({gate})).length)), [1, 0]);
});

test('what stands before the gates sees the state of the enforcing one, in either order', async t => {
	for (const isDryFirst of [true, false]) {
		const seen: string[] = [];
		const app = new Koa();
		app.use(async (ctx, next) => {
			await next();
			seen.push(ctx.state.gatekeeper.verdict.kind);
		});
		const store = new MemoryStore();
		const dry = gatekeeper({store, dryRun: true, rateLimitRule: [1, 60]});
		const enforcing = gatekeeper({store, rateLimitRule: [2, 60]});
		for (const gate of isDryFirst ? [dry, enforcing] : [enforcing, dry]) {
			app.use(gate);
		}

		const {http} = agents(app);
		await repeat(3, () => http.get('/'));
		t.deepEqual(seen, ['admitted', 'admitted', 'limited']);
	}
});

test('what stands before the gates reports and bans at the enforcing one, in either order', async t => {
	for (const isDryFirst of [true, false]) {
		for (const act of ['report', 'ban']) {
			const app = new Koa();
			app.use(async (ctx, next) => {
				try {
					await next();
				} catch {
					const standing = await (act === 'ban' ? ctx.ban() : ctx.report());
					t.true(standing.banned);
				}
			});
			const dry = gatekeeper({banRule: [1, '1m', '1h'], dryRun: true});
			const enforcing = gatekeeper({banRule: [1, '1m', '1h']});
			for (const gate of isDryFirst ? [dry, enforcing] : [enforcing, dry]) {
				app.use(gate);
			}

			app.use(ctx => ctx.throw(401));
			const {http} = agents(app);
			await http.get('/');
			t.is((await bansOf({gate: enforcing})).length, 1);
			t.is((await http.get('/')).status, 403);
		}
	}
});

test('a dry run exempts as a gate does: by allow, by method and by marks', async t => {
	const {dry, enforcing, http} = twoGates(
		new MemoryStore(),
		{rateLimitRule: [1, 60], excludedMethods: ['OPTIONS']},
		{rateLimitRule: [100, 60]},
		router => {
			router.get('/health', bypass(), ctx => {
				ctx.body = verdicts(ctx);
			});
		},
	);
	for (let round = 0; round < 3; round += 1) {
		t.deepEqual((await http.get('/health')).body, ['admitted', 'admitted']);
		await http.options('/ping');
	}

	t.deepEqual(
		(await http.get('/ping')).body,
		['admitted', 'admitted'],
		'the first request that counts',
	);
	t.deepEqual((await http.get('/ping')).body, ['admitted', 'limited']);
	await Promise.all([dry.close(), enforcing.close()]);
});

test('a dry run denies nobody, and what its functions throw fails no request', async t => {
	const errors: string[] = [];
	const broken = () => {
		throw new Error('broken');
	};
	const all: GatekeeperOptions[] = [
		{deny: ['127.0.0.1']},
		{deny: broken},
		{allow: async () => broken()},
		{key: broken},
		{rateLimitRule: broken},
		{rateLimitRule: {count: 1, window: 60, cost: broken}},
	];
	for (const options of all) {
		const app = gatedApp({...options, dryRun: true}, (router, koa) => {
			koa.on('error', ({message}) => errors.push(message));
			router.get('/limited', specific(broken), ok);
			router.get('/broken', ctx => ctx.throw(418));
		});
		t.is((await app.http.get('/ping')).status, 200);
		t.is((await app.http.get('/limited')).status, 200);
		t.is((await app.http.get('/broken')).status, 418, 'what the app throws is passed on');
	}

	t.is(errors.filter(message => message === 'broken').length, 5 * 3);
});

test('what a dry run throws after the response fails no request either', async t => {
	const errors: string[] = [];
	const rateLimitRule = () => {
		throw new Error('broken');
	};
	const app = gatedApp(
		{rateLimitRule, excludedMethods: ['OPTIONS'], dryRun: true},
		(router, koa) => {
			koa.on('error', ({message}) => errors.push(message));
			koa.use((ctx, next) => {
				ctx.method = ctx.method === 'OPTIONS' ? 'GET' : ctx.method;
				if (ctx.path === '/teapot') {
					ctx.throw(418, 'teapot');
				}

				return ctx.path === '/health' ? ok(ctx) : next();
			});
			router.get(['/health', '/teapot'], bypass(), ok);
		},
	);

	t.is((await app.http.get('/health')).status, 200, 'its mark never runs');
	t.is((await app.http.options('/ping')).status, 200, 'its method is rewritten');
	t.is((await app.http.get('/teapot')).status, 418);
	t.deepEqual(errors, ['broken', 'broken', 'broken', 'teapot']);
});

test('the functions of a specific run once for a request, however many gates watch', async t => {
	const asked: string[] = [];
	const {enforcing, http} = twoGates(new MemoryStore(), {}, {banRule: [2, 60, 60]}, router => {
		const limit = specific(
			() => {
				asked.push('rules');
				return [9, 60];
			},
			{
				key: async ctx => {
					asked.push('key');
					await ctx.report();
					return 'a';
				},
			},
		);
		router.get('/keyed', limit, ok);
	});
	t.is((await http.get('/keyed')).status, 200);
	t.deepEqual(asked, ['key', 'rules']);
	t.deepEqual(await bansOf({gate: enforcing}), []);
	t.is((await http.get('/keyed')).status, 200);
	t.is((await bansOf({gate: enforcing})).length, 1);
});

for (const isDryFirst of [true, false]) {
	test(`what the key of a dry run ${isDryFirst ? 'before' : 'behind'} a gate reports does not count at that gate`, async t => {
		const key = async (ctx: Context) => {
			await ctx.report({client: '203.0.113.7'});
			return undefined;
		};
		const options = {banRule: [3, 60, 60], key} as const;
		const {dry, enforcing, http} = twoGates(
			new MemoryStore(),
			options,
			options,
			() => {},
			isDryFirst,
		);
		await http.get('/ping');
		await http.get('/ping');

		t.is((await enforcing.report('203.0.113.7')).reports, 3, 'two, and this one');
		t.true((await dry.report('203.0.113.7')).banned);
	});
}

test('a dry run lends no header to an error, and whom it denies it counts no further', async t => {
	const {http, gate} = gatedApp(
		{dryRun: true, rateLimitRule: [1, 60], deny: ctx => ctx.get('X-Denied') !== ''},
		router => {
			router.get('/busy', ctx => {
				ctx.set('Retry-After', '7');
				ctx.throw(503);
			});
			router.get('/verdict', ctx => {
				ctx.body = ctx.state.gatekeeper.verdict.kind;
			});
		},
	);
	t.is((await http.get('/verdict').set('X-Denied', '1')).text, 'denied');
	t.is((await http.get('/verdict')).text, 'admitted', 'the first request that counts');
	t.is((await http.get('/verdict')).text, 'limited');
	const busy = await http.get('/busy');
	t.is(busy.status, 503);
	t.is(busy.headers['retry-after'], undefined);
	await gate.close();
});

test('what the functions of a specific throw at a dry run goes to the error event, once', async t => {
	const errors: string[] = [];
	const {http} = gatedApp({dryRun: true}, (router, koa) => {
		koa.on('error', ({message}) => errors.push(message));
		router.get(
			'/limited',
			specific(() => {
				throw new Error('rules');
			}),
			ok,
		);
	});

	t.is((await http.get('/limited')).status, 200);
	t.deepEqual(errors, ['rules']);
});

test('a dry run alone reports and bans nobody whom it would have refused', async t => {
	const standings: unknown[] = [];
	const {http} = gatedApp({dryRun: true, rateLimitRule: [1, 60], banRule: [1, 60, 60]}, router => {
		router.get('/wrong', async ctx => {
			standings.push(await ctx.report(), await ctx.ban());
		});
	});
	await http.get('/ping');
	await http.get('/wrong');

	t.deepEqual(standings, [
		{reports: 0, banned: false},
		{reports: 0, banned: false},
	]);
});

for (const isDryFirst of [true, false]) {
	test(`a dry run ${isDryFirst ? 'before' : 'behind'} a gate does not report the 429 of a keyed specific that others have filled`, async t => {
		const store = new MemoryStore();
		const options = {banRule: [1, 60, 60], reportWhen: [429]} as const;
		const keyed = specific([1, 60], {key: () => 'all'});
		const alone = gatedApp({store}, router => {
			router.get('/keyed', keyed, ok);
		});
		t.is((await alone.http.get('/keyed')).status, 200);

		const {dry, http} = twoGates(
			store,
			options,
			{},
			router => {
				router.get('/keyed', keyed, ok);
			},
			isDryFirst,
		);
		t.is((await http.get('/keyed')).status, 429);
		t.deepEqual(await bansOf({gate: dry}), []);
	});
}

test('a request that cannot be identified passes a dry run, uncounted', async t => {
	const app = new Koa();
	app.use((ctx, next) => {
		Object.defineProperty(ctx.req, 'socket', {value: {remoteAddress: 'nowhere'}});
		return next();
	});
	const gate = gatekeeper({dryRun: true, banRule: [1, 60, 60], reportWhen: [200]});
	app.use(gate);
	app.use(ok);

	t.is((await agents(app).http.get('/')).status, 200);
	t.deepEqual(await bansOf({gate}), []);
});

test('dryRun must be true or false', t => {
	t.throws(() => gatekeeper({dryRun: 1 as never}), {
		instanceOf: TypeError,
		message: '`dryRun` must be true or false, got 1',
	});
});

import test from 'ava';
import type {Context} from 'koa';
import {type LimitRules, MemoryStore, specific} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch} from '../support/latch.ts';
import {repeat} from '../support/recipe.ts';
import {warnings} from '../support/warnings.ts';

const failures: LimitRules = {count: 2, window: 60, name: 'failures', countWhen: [401]};

function login(ctx: Context): void {
	if (ctx.get('X-Password') !== 'right') {
		ctx.throw(401);
	}

	ctx.body = 'welcome';
}

onEveryStore('only requests with a listed status count', async (t, {store, pass}) => {
	const {http} = gatedApp({store}, router => {
		router.post('/login', specific(failures), login);
	});
	const post = (password: string) => http.post('/login').set('X-Password', password);

	t.deepEqual(await repeat(5, () => post('right')), [200, 200, 200, 200, 200]);
	t.deepEqual(await repeat(2, () => post('wrong')), [401, 401]);
	t.is((await post('right')).status, 429, 'there is no guess left');
	await pass(60_000);
	t.deepEqual(await repeat(3, () => post('wrong')), [401, 401, 429]);
});

onEveryStore(
	'the fields show what is left after the place was given back',
	async (t, {store, pass}) => {
		const rateLimitRule: LimitRules = [failures, {count: 5, window: 60, name: 'all'}];
		const errors: unknown[] = [];
		const {http} = gatedApp({store, rateLimitRule, headers: 'both'}, (router, app) => {
			app.on('error', error => errors.push(error));
			router.get('/login', login);
		});
		const get = (password: string) => http.get('/login').set('X-Password', password);

		const first = await get('right');
		t.is(first.headers.ratelimit, '"failures";r=2;t=60, "all";r=4;t=60');
		t.is(first.headers['x-ratelimit-remaining'], '2');
		t.is(first.headers['x-ratelimit-limit'], '2');
		t.is((await get('wrong')).headers.ratelimit, '"failures";r=1;t=60, "all";r=3;t=60');
		await pass(10_000);
		t.is((await get('right')).headers.ratelimit, '"failures";r=1;t=50, "all";r=2;t=50');
	},
);

onEveryStore('a function is asked once, with the status that Koa sends', async (t, {store}) => {
	const asked: Array<[path: string, status: number]> = [];
	const countWhen = (ctx: Context, status: number) => {
		asked.push([ctx.path, status]);
		return status >= 500;
	};
	const {http} = gatedApp({store, rateLimitRule: {count: 2, window: 60, countWhen}}, router => {
		router.get('/teapot', ctx => ctx.throw(418));
		router.get('/busy', ctx => ctx.throw(503));
	});

	for (const path of ['/ping', '/nowhere', '/teapot', '/busy', '/busy', '/ping']) {
		await http.get(path);
	}

	t.deepEqual(asked, [
		['/ping', 200],
		['/nowhere', 404],
		['/teapot', 418],
		['/busy', 503],
		['/busy', 503],
	]);
	t.is((await http.get('/ping')).status, 429);
});

onEveryStore('it fails closed: whatever is uncertain counts', async (t, {store}) => {
	const errors: unknown[] = [];
	const countWhen = (ctx: Context) => {
		if (ctx.path === '/throws') {
			throw new Error('countWhen');
		}

		return ctx.path === '/promise' ? (Promise.resolve(false) as never) : false;
	};
	const {http} = gatedApp(
		{store, rateLimitRule: {count: 4, window: 60, countWhen}},
		(router, app) => {
			app.on('error', error => errors.push(error.message));
			router.get(['/throws', '/promise'], ok);
			router.get('/no-status', () => {
				throw new Error('no status');
			});
			router.get('/without-koa', ctx => {
				ctx.respond = false;
				ctx.res.end('mine');
			});
		},
	);

	const remaining = async (path: string) =>
		/r=(\d+)/.exec((await http.get(path)).headers.ratelimit ?? '')?.[1];
	t.is(await remaining('/ping'), '4');
	t.is(await remaining('/throws'), '3');
	t.is(await remaining('/promise'), '2');
	t.is(await remaining('/no-status'), '1');
	await http.get('/without-koa');
	t.is((await http.get('/ping')).status, 429);
	t.deepEqual(errors, [
		'countWhen',
		'`countWhen` must return true or false, got Promise',
		'no status',
	]);
});

onEveryStore('a request in flight holds its place', async (t, {store}) => {
	const release = latch();
	const started = latch();
	const {http} = gatedApp(
		{store, rateLimitRule: {count: 1, window: 60, countWhen: [401]}},
		router => {
			router.get('/slow', async ctx => {
				started.release();
				await release.all;
				ctx.body = 'done';
			});
		},
	);
	const slow = http.get('/slow').then(({status}) => status);
	await started.all;
	t.is((await http.get('/ping')).status, 429);
	release.release();
	t.is(await slow, 200);
	t.is((await http.get('/ping')).status, 200);
});

onEveryStore(
	'what was counted before a reset is not given back from what was counted after it',
	async (t, {store}) => {
		const release = latch();
		const started = latch();
		const app = gatedApp(
			{store, rateLimitRule: {count: 2, window: 60, countWhen: [401]}},
			router => {
				router.get('/slow', async ctx => {
					started.release();
					await release.all;
					ctx.body = 'done';
				});
				router.get('/login', login);
			},
		);
		const slow = app.http.get('/slow').then(({status}) => status);
		await started.all;
		await app.gate.reset('127.0.0.1');
		t.deepEqual(await repeat(2, () => app.http.get('/login')), [401, 401]);
		release.release();
		await slow;
		t.is((await app.http.get('/ping')).status, 429);
	},
);

test('while the store fails, countWhen changes no response', async t => {
	for (const onStoreError of ['memory', 'open'] as const) {
		const errors: unknown[] = [];
		const store = forwardTo(new MemoryStore(), {
			shared: true,
			admit: async () => {
				throw new Error('down');
			},
		});
		const {http} = gatedApp({store, onStoreError, rateLimitRule: failures}, (router, app) => {
			app.on('error', error => errors.push(error));
			router.get('/login', login);
		});
		const get = (password: string) => http.get('/login').set('X-Password', password);

		t.deepEqual(await repeat(3, () => get('right')), [200, 200, 200]);
		const last = onStoreError === 'memory' ? 429 : 401;
		t.deepEqual(await repeat(3, () => get('wrong')), [401, 401, last]);
		t.deepEqual(
			errors.filter(error => (error as {status?: number}).status !== 401),
			[],
		);
	}
});

test.serial(
	'a rule without countWhen beside one with it is no error, and names are told apart',
	async t => {
		const seen = warnings(t);
		const errors: unknown[] = [];
		const store = forwardTo(new MemoryStore(), {shared: true});
		const {http} = gatedApp({store}, (router, app) => {
			app.on('error', error => errors.push(error));
			router.get('/login', specific([failures, [5, 60]]), ok);
		});
		t.is((await http.get('/login')).headers.ratelimit?.split(', ')[0], '"failures";r=2;t=60');
		t.deepEqual(errors, []);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_UNNAMED_RULE'], 'one of the rules has no name');
	},
);

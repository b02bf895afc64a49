import test from 'ava';
import {bypass, type Gatekeeper, specific} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, rewriteOpen} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {overQuota} from '../support/over-quota.ts';
import {warnings} from '../support/warnings.ts';

test('a path that is rewritten between gate and router is worth one request beyond the quota', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [3, 60]}, (router, app) => {
		app.use(rewriteOpen('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	for (let round = 0; round < 3; round += 1) {
		t.is((await http.get('/open')).status, 200, 'within the quota, counted late');
	}

	t.is((await http.get('/ping')).status, 429);
	t.is((await http.get('/open')).status, 200, 'one beyond the quota');
	t.is((await http.get('/open')).status, 429, 'suspended');
	pass(59_999);
	t.is((await http.get('/open')).status, 429);
	pass(1);
	t.is((await http.get('/open')).status, 200);
});

for (const [what, middleware] of [
	['responds', ok],
	[
		'throws',
		() => {
			throw new Error('broken');
		},
	],
] as const) {
	test(`requests are limited at a middleware between gate and router that ${what}`, async t => {
		const {http} = gatedApp({rateLimitRule: [2, 60]}, (router, app) => {
			app.use((ctx, next) => (ctx.get('X-Stop') ? middleware(ctx) : next()));
			router.get('/open', bypass(), ok);
		});
		const status = what === 'throws' ? 500 : 200;
		const stopped = async () => (await http.get('/open').set('X-Stop', '1')).status;

		t.deepEqual(
			[await stopped(), await stopped(), await stopped(), await stopped()],
			[status, status, status, 429],
		);
	});
}

test('a request that a specific() before the mark refuses is counted late', async t => {
	const {http} = gatedApp({rateLimitRule: [3, 60]}, router => {
		router.use(specific([1, 60]));
		router.get('/open', bypass(), ok);
	});

	t.is((await http.get('/open')).status, 200);
	t.is((await http.get('/open')).status, 429);
	t.is((await http.get('/open')).status, 429);
	const {headers} = await http.get('/nowhere');
	t.is(headers.ratelimit, '"global";r=0;t=60');
});

test('a standalone request that a ban refuses does not disprove its mark', async t => {
	const {http, gate} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.get('/alone', specific([9, 60], {standalone: true}), ok);
	});

	await gate.ban('127.0.0.1');
	t.is((await http.get('/alone')).status, 403);
	await gate.unban('127.0.0.1');
	t.is((await http.get('/spend')).status, 404);
	t.is((await http.get('/alone')).status, 200);
});

test('a banned client gets one request through an unproven mark, then none', async t => {
	const {http, gate} = gatedApp({}, (router, app) => {
		app.use(rewriteOpen('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	await gate.ban('127.0.0.1');
	t.is((await http.get('/open')).status, 200);
	t.is((await http.get('/open')).status, 403);
});

for (const [who, refuseAll] of [
	['a banned client', (gate: Gatekeeper) => gate.ban('127.0.0.1')],
	['every client while a failing store closes the gate', () => undefined],
] as const) {
	test(`a specific() behind an unmarked handler disproves the mark, though it refuses ${who}`, async t => {
		let reached = 0;
		const isFailing = who !== 'a banned client';
		const fail = () => {
			throw new Error('store down');
		};
		const {http, gate} = gatedApp(
			{
				rateLimitRule: [2, 60],
				onStoreError: 'closed',
				...(isFailing && {store: forwardTo(manualClockStore().store, {admit: fail})}),
			},
			(router, app) => {
				app.use(rewriteOpen('/closed'));
				router.get('/open', bypass(), ok).get('/closed', (_ctx, next) => {
					reached += 1;
					return next();
				});
				router.get('/closed', specific([5, 60]), ok);
			},
		);

		await refuseAll(gate);
		for (let round = 0; round < 9; round += 1) {
			t.true((await http.get('/open')).status >= 403);
		}

		t.is(reached, 1);
	});
}

test('a mark that runs after its request has ended proves nothing, and gives back no place twice', async t => {
	let reached = 0;
	let resume = () => Promise.resolve<unknown>(undefined);
	const {all, release} = latch();
	const {http, pass} = gatedApp({rateLimitRule: [1, 60]}, (router, app) => {
		app.use((ctx, next) => {
			if (ctx.get('X-Forget') === '') {
				return rewriteOpen('/closed')(ctx, next);
			}

			resume = next;
			ctx.body = 'early';
		});
		router.get('/open', bypass(), ok).get('/closed', async ctx => {
			reached += 1;
			await all;
			ok(ctx);
		});
	});

	await http.get('/open').set('X-Forget', 'yes');
	pass(60_000);
	const held = Promise.resolve(http.get('/open').then(response => response.status));
	await until(() => reached === 1);
	await resume();
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/open')).status, 429, 'the request in flight still has its place');
	release();
	t.is(await held, 200);
	t.is(reached, 1);
});

test.serial('a mark that is disproved over the quota causes one warning', async t => {
	const seen = warnings(t);
	const {http} = await overQuota((router, app) => {
		app.use(rewriteOpen('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	await http.get('/open');
	await http.get('/open');
	t.deepEqual(await seen.codes(), ['GATEKEEPER_MARK_UNPROVEN']);
	t.regex((await seen.messages())[0] ?? '', /\/open/);
});

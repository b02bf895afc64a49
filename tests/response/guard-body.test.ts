import {PassThrough} from 'node:stream';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Context} from 'koa';
import {
	bypass,
	type GatekeeperOptions,
	MemoryStore,
	type Store,
	specific,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';

/** A store that takes its time, and the preparing of a body that fails in that time, as a missing file does. */
function slowStore() {
	const bodies = new Set<PassThrough>();
	const slowly = async <Result>(result: Result) => {
		await setImmediate();
		for (const body of bodies) {
			body.destroy(new Error('gone'));
		}

		bodies.clear();
		await setImmediate();
		return result;
	};

	const slow = (store: MemoryStore): Store =>
		forwardTo(store, {
			admit: (client, rules, asked) => slowly(store.admit(client, rules, asked)),
			report: (client, banRule, report) => slowly(store.report(client, banRule, report)),
			ban: (client, ban) => slowly(store.ban(client, ban)),
			sibling: () => slow(store.sibling()),
		});

	return {
		store: slow(new MemoryStore({clock: () => 0})),
		prepare: (ctx: Context) => {
			const body = new PassThrough();
			bodies.add(body);
			ctx.body = body;
		},
	};
}

/** Koa responds with a 404, or Koa 3 ends the connection, as without a gate. */
async function failed(request: PromiseLike<{readonly status: number}>): Promise<void> {
	const outcome = await Promise.resolve(request).catch(({code}) => ({status: code}));
	if (![404, 'ECONNRESET'].includes(outcome.status)) {
		throw new Error(`The request got ${outcome.status}`);
	}
}

const options: GatekeeperOptions = {banRule: [9, 60, 600], rateLimitRule: [100, 60]};

/** An uncaught error would end the process of this test. */
for (const [what, more, path] of [
	['a report', {}, '/report'],
	['a ban', {}, '/ban'],
	['a report by its status', {reportWhen: () => true}, '/file'],
	['a report to a dry run', {dryRun: true}, '/report'],
	['a late count', {}, '/health'],
	['a specific()', {}, '/specific'],
] as const) {
	test(`a stream that fails while the gate waits for ${what} is an error of its request alone`, async t => {
		const {store, prepare} = slowStore();
		const {http} = gatedApp({...options, store, ...more}, (router, app) => {
			app.use((ctx, next) => (ctx.path === '/health' ? prepare(ctx) : next()));
			router.get('/health', bypass(), () => {});
			router.get('/file', prepare);
			router.get('/report', ctx => {
				ctx.report();
				prepare(ctx);
			});
			router.get('/ban', ctx => {
				ctx.ban();
				prepare(ctx);
			});
			router.get(
				'/specific',
				(ctx, next) => {
					prepare(ctx);
					return next();
				},
				specific([9, 60]),
				() => {},
			);
		});

		await failed(http.get(path));
		t.is((await http.get('/ping')).status, path === '/ban' ? 403 : 200);
	});
}

test('a stream that was prepared before the gate may fail while the gate waits', async t => {
	const {store, prepare} = slowStore();
	let prepared = 0;
	const {http} = gatedApp({...options, store}, (router, app) => {
		app.middleware.unshift((ctx, next) => {
			if (ctx.path === '/file') {
				prepared += 1;
				prepare(ctx);
			}

			return next();
		});
		router.get('/file', () => {});
	});

	await failed(http.get('/file'));
	t.is(prepared, 1);
	t.is((await http.get('/ping')).status, 200);
});

import {createReadStream} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import type {Context, Next} from 'koa';
import {bypass, type GatekeeperOptions, MemoryStore, specific} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';

/** A store that takes its time, in which a file is found to be missing. */
function slowStore(clock: () => number) {
	const store = new MemoryStore({clock});
	const slowly = async <Result>(result: Result) => {
		await setTimeout(20);
		return result;
	};

	return forwardTo(store, {
		admit: (client, rules, asked) => slowly(store.admit(client, rules, asked)),
		report: (client, banRule, report) => slowly(store.report(client, banRule, report)),
		ban: (client, ban) => slowly(store.ban(client, ban)),
	});
}

function prepareMissingFile(ctx: Context, next: Next): Promise<unknown> {
	ctx.body = createReadStream('/nonexistent/file');
	return next();
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
		const {http} = gatedApp({...options, store: slowStore(() => 0), ...more}, (router, app) => {
			app.use((ctx, next) =>
				ctx.path === '/health' ? prepareMissingFile(ctx, () => Promise.resolve()) : next(),
			);
			router.get('/health', bypass(), () => {});
			router.get('/file', ctx => prepareMissingFile(ctx, () => Promise.resolve()));
			router.get('/report', ctx => {
				ctx.report();
				return prepareMissingFile(ctx, () => Promise.resolve());
			});
			router.get('/ban', ctx => {
				ctx.ban();
				return prepareMissingFile(ctx, () => Promise.resolve());
			});
			router.get('/specific', prepareMissingFile, specific([9, 60]), () => {});
		});

		await failed(http.get(path));
		t.is((await http.get('/ping')).status, path === '/ban' ? 403 : 200);
	});
}

test('a stream that was prepared before the gate may fail while the gate waits', async t => {
	const {app, http} = gatedApp({...options, store: slowStore(() => 0)}, router => {
		router.get('/file', () => {});
	});
	app.middleware.unshift((ctx, next) =>
		ctx.path === '/file' ? prepareMissingFile(ctx, next) : next(),
	);

	await failed(http.get('/file'));
	t.is((await http.get('/ping')).status, 200);
});

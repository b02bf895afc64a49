import test from 'ava';
import Koa, {type Context} from 'koa';
import {type GatekeeperOptions, specific} from '../../source/index.ts';
import {emitError} from '../../source/telemetry/emit-error.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {unhandledRejections} from '../support/unhandled-rejections.ts';

const banRule = [3, 60, 600] as const;

/** Every function of an app that may fail without changing the response. */
function optionsWith(fails: (ctx: Context) => never): Record<string, GatekeeperOptions> {
	return {
		reportWhen: {banRule, reportWhen: fails},
		countWhen: {rateLimitRule: {count: 9, window: 60, countWhen: fails}},
		'deny of a dry run': {dryRun: true, deny: fails},
		'rules of a dry run': {dryRun: true, rateLimitRule: fails},
		'cost of a dry run': {dryRun: true, rateLimitRule: {count: 9, window: 60, cost: fails}},
		'specific of a dry run': {dryRun: true},
	};
}

async function statusOfRoute(
	options: GatekeeperOptions,
	fails: () => never,
	listener?: () => void,
) {
	const {http} = gatedApp(options, (router, app) => {
		if (listener) {
			app.on('error', listener);
		}

		const limit = specific({count: 9, window: 60, cost: fails});
		router.get('/limited', 'dryRun' in options ? limit : (_ctx, next) => next(), ok);
	});

	return (await http.get('/limited')).status;
}

for (const thrown of ['text', null, undefined, {status: 404}, 7n]) {
	test(`a function that throws ${typeof thrown} ${String(thrown)} changes no response`, async t => {
		const fails = () => {
			throw thrown;
		};
		for (const [name, options] of Object.entries(optionsWith(fails))) {
			t.is(await statusOfRoute(options, fails), 200, name);
		}
	});
}

test('nor does a listener that throws', async t => {
	const fails = () => {
		throw new Error('function');
	};
	const listener = () => {
		throw new Error('listener');
	};
	for (const [name, options] of Object.entries(optionsWith(fails))) {
		t.is(await statusOfRoute(options, fails, listener), 200, name);
	}
});

test('listeners get an error as it is, and anything else in an error', t => {
	const seen: unknown[] = [];
	const app = new Koa().on('error', error => seen.push(error));
	const ctx = {app} as unknown as Context;
	const error = new RangeError('a');
	for (const thrown of [error, 'text', null]) {
		emitError(ctx, thrown);
	}

	t.is(seen[0], error);
	t.deepEqual(
		seen.slice(1).map(one => (one as Error).message),
		["non-error thrown: 'text'", 'non-error thrown: null'],
	);
});

test.serial('a promise that rejects, where none is allowed, is no unhandled rejection', async t => {
	const seen = unhandledRejections(t);
	const rejects = (async () => {
		throw new Error('rejects');
	}) as unknown as () => never;
	for (const [name, options] of Object.entries(optionsWith(rejects))) {
		t.is(await statusOfRoute(options, rejects), 200, name);
	}

	const cost = {rateLimitRule: {count: 9, window: 60, cost: rejects}};
	t.is(await statusOfRoute(cost, rejects), 500);
	await new Promise(resolve => {
		setImmediate(resolve);
	});
	t.deepEqual(seen, []);
});

import test from 'ava';
import {type BanOptions, gatekeeper, MemoryStore, type ReportOutcome} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';

test('ban() lasts for the duration of the ban rule, or the given one', async t => {
	const all = gatedApp({banRule: [3, 60, 600]});
	const {gate, http, pass} = all;

	await gate.ban('127.0.0.1', {reason: 'scraping'});
	t.is((await http.get('/ping')).status, 403);
	t.deepEqual(await bansOf(all), [
		{client: '127.0.0.1', by: 'hand', reason: 'scraping', retryAfter: 600},
	]);

	await gate.ban('127.0.0.1', {duration: '2s'});
	t.deepEqual(await bansOf(all), [{client: '127.0.0.1', by: 'hand', retryAfter: 2}]);
	pass(2000);
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual(await bansOf(all), []);
});

test('without a ban rule and a duration, ban() has no end', async t => {
	const all = gatedApp({rateLimitRule: [9, 60]});

	await all.gate.ban('127.0.0.1');
	all.pass(400 * 24 * 60 * 60 * 1000);
	t.is((await all.http.get('/ping')).status, 403);
	t.deepEqual(await bansOf(all), [{client: '127.0.0.1', by: 'hand', retryAfter: Infinity}]);
});

test('unban() ends a ban and forgets the reports, but not the counted requests', async t => {
	const {gate, http} = gatedApp({banRule: [2, 60, 600], rateLimitRule: [2, 60]});

	await http.get('/ping');
	await gate.ban('127.0.0.1');
	await gate.unban('127.0.0.1');
	await gate.report('127.0.0.1');
	await gate.unban('127.0.0.1');
	t.deepEqual(await gate.report('127.0.0.1'), {reports: 1, banned: false});
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('reset() forgets requests and reports, but keeps a ban', async t => {
	const {gate, http} = gatedApp({banRule: [2, 60, 600], rateLimitRule: [1, 60]});

	await http.get('/ping');
	await gate.report('127.0.0.1');
	await gate.reset('127.0.0.1');
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual(await gate.report('127.0.0.1'), {reports: 1, banned: false});
	await gate.ban('127.0.0.1');
	await gate.reset('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
});

test('report() counts and bans as ctx.report() does', async t => {
	const all = gatedApp({banRule: [3, 60, 600]});

	t.deepEqual(await all.gate.report('127.0.0.1', {weight: 2}), {reports: 2, banned: false});
	t.deepEqual(await all.gate.report('127.0.0.1', {reason: 'again'}), {
		reports: 3,
		banned: true,
		retryAfter: 600,
	});
	t.is((await all.http.get('/ping')).status, 403);
	t.deepEqual(await bansOf(all), [
		{client: '127.0.0.1', by: 'reports', reason: 'again', retryAfter: 600},
	]);
});

test('bad options reject with a TypeError', async t => {
	const {gate} = gatedApp({banRule: [1, 1, 1]});
	const ban = (options: unknown) => gate.ban('127.0.0.1', options as BanOptions);

	await t.throwsAsync(ban({duration: 0}), {instanceOf: TypeError, message: /^`duration` must be/});
	await t.throwsAsync(ban({duration: null}), {
		instanceOf: TypeError,
		message: /^`duration` must be/,
	});
	await t.throwsAsync(ban({reason: 7}), {instanceOf: TypeError, message: /^`reason` must be text/});
	await t.throwsAsync(ban({durations: 7}), {
		instanceOf: TypeError,
		message: /did you mean `duration`/,
	});
	await t.throwsAsync(ban(null), {instanceOf: TypeError});
	await t.throwsAsync(gate.report('127.0.0.1', {weight: 0}), {instanceOf: TypeError});
	await t.throwsAsync(gate.report('127.0.0.1', null as unknown as object), {instanceOf: TypeError});
});

test('every method rejects if the store fails or does not reply, whatever onStoreError is', async t => {
	const gateOn = (fail: () => never | Promise<never>) =>
		gatekeeper({
			banRule: [1, 1, 1],
			storeTimeout: '5ms',
			store: forwardTo(new MemoryStore(), {
				...{ban: fail, unban: fail, reset: fail, report: fail, close: fail},
				// biome-ignore lint/correctness/useYield: it fails or hangs before the first page
				async *bans() {
					await fail();
				},
			}),
		});
	const broken = gateOn(() => {
		throw new Error('store down');
	});
	const silent = gateOn(() => new Promise<never>(() => {}));

	for (const [gate, message] of [
		[broken, /^store down$/],
		[silent, /did not reply within 5 ms/],
	] as const) {
		for (const method of ['ban', 'unban', 'reset', 'report'] as const) {
			await t.throwsAsync(gate[method]('127.0.0.1'), {message});
		}

		await t.throwsAsync(gate.bans().next(), {message});
		await t.throwsAsync(gate.close(), {message});
	}
});

test('report() rejects if the store returns an invalid outcome', async t => {
	const store = forwardTo(new MemoryStore(), {report: () => ({}) as ReportOutcome});

	await t.throwsAsync(gatekeeper({banRule: [1, 1, 1], store}).report('127.0.0.1'), {
		message: /the store returned \{\}/,
	});
});

test('a ban that is made while the store fails holds in this process too', async t => {
	const fail = () => {
		throw new Error('store down');
	};
	const {gate, http} = gatedApp({store: forwardTo(new MemoryStore(), {admit: fail})});

	t.is((await http.get('/ping')).status, 200);
	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
	await gate.unban('127.0.0.1');
	t.is((await http.get('/ping')).status, 200);
});

test('close() forgets everything, and the gate goes on with an empty store', async t => {
	const all = gatedApp({rateLimitRule: [1, 60]});

	await all.http.get('/ping');
	await all.gate.ban('203.0.113.7');
	await all.gate.close();
	t.deepEqual(await bansOf(all), []);
	t.is((await all.http.get('/ping')).status, 200);
	t.is((await all.http.get('/ping')).status, 429);
});

test('a store may return a promise of its bans, and its failure rejects', async t => {
	const memory = new MemoryStore({clock: () => 0});
	const promised = forwardTo(memory, {bans: (async () => memory.bans()) as never});
	const failing = forwardTo(memory, {
		bans: (async () => {
			throw new Error('down');
		}) as never,
	});
	memory.ban('203.0.113.7', {duration: 5000});

	t.deepEqual(await bansOf({gate: gatekeeper({store: promised})}), [
		{client: '203.0.113.7', by: 'hand', retryAfter: 5},
	]);
	await t.throwsAsync(bansOf({gate: gatekeeper({store: failing})}), {message: 'down'});
});

test('reset says what a specificKey must be', async t => {
	const {gate} = gatedApp();
	await t.throwsAsync(gate.reset({specificKey: ''}), {
		instanceOf: TypeError,
		message: '`specificKey` must be a string, not empty, got a string',
	});
});

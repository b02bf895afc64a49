import test from 'ava';
import {Probation} from '../../../source/chain/marks/probation.ts';
import {bypass, MemoryStore} from '../../../source/index.ts';
import {gated, gathering, ok, until} from '../../gated.ts';

const SECOND = 1000;

/** Authentication in front of the router, as most apps have it: it reports and throws. */
function guessing(attempts: {judged: number}, wait: () => Promise<void> = async () => {}) {
	return gated({banRule: [3, '1m', '1h'], rateLimitRule: [20, '1s']}, (router, app) => {
		app.use(async (_ctx, next) => {
			await wait();
			return next();
		});
		app.use((ctx, next) => {
			if (ctx.get('X-Password')) {
				attempts.judged += 1;
				ctx.report();
				ctx.throw(401);
			}

			return next();
		});
		router.get('/health', bypass(), ok);
	});
}

test('a banned client does not go on guessing on a bypassed path, for the whole of its ban', async t => {
	const attempts = {judged: 0};
	const {http, pass} = guessing(attempts);
	const guess = async () => (await http.get('/health').set('X-Password', 'guess')).status;
	for (let count = 0; count < 3; count += 1) {
		t.is(await guess(), 401);
	}

	for (let second = 0; second < 100; second += 1) {
		pass(35 * SECOND);
		t.is(await guess(), 403);
		t.is((await http.get('/health')).status, 403);
	}

	t.is(attempts.judged, 3);
	pass(100 * SECOND);
	t.is((await http.get('/health')).status, 200, 'exempt again, after the ban');
	t.is(await guess(), 401);
});

test('of guesses in parallel a banned client has at most 16 judged, once', async t => {
	const attempts = {judged: 0};
	const {all, release} = gathering();
	let waiting = 0;
	const {http, pass, gate} = guessing(attempts, async () => {
		waiting += 1;
		await all;
	});
	await gate.ban('127.0.0.1', {duration: '1h'});
	const guess = () => http.get('/health').set('X-Password', 'guess');

	const parallel = Array.from({length: 50}, async () => (await guess()).status);
	await until(() => waiting === 16);
	await Promise.race(parallel);
	release();
	const statuses = await Promise.all(parallel);
	t.is(attempts.judged, 16, 'the foresight of a bypass does not ask about the ban');
	t.is(statuses.filter(status => status === 403).length, 34);

	pass(5 * SECOND);
	await Promise.all(Array.from({length: 50}, guess));
	t.is(attempts.judged, 16);
});

test('a client whose ban has been lifted is exempt again after the longest window', async t => {
	const attempts = {judged: 0};
	const {http, pass, gate} = guessing(attempts);
	await gate.ban('127.0.0.1');
	await http.get('/health').set('X-Password', 'guess');
	t.is((await http.get('/health')).status, 403);

	await gate.unban('127.0.0.1');
	pass(SECOND - 1);
	t.is((await http.get('/health')).headers['ratelimit-policy'], '"global";q=20;w=1', 'counted');
	pass(1);
	t.is((await http.get('/health')).headers['ratelimit-policy'], undefined, 'exempt');
});

test('only those who were wrong lose their exemptions, however many they are', t => {
	let now = 0;
	const store = new MemoryStore({clock: () => now});
	const rules = [{name: 'global', count: 1, window: SECOND, counter: '1/1000/global'}];
	const probation = new Probation({rules, banRule: undefined, store});
	const wrong = Array.from({length: 20_000}, (_, index) => `client ${index}`);
	const isExempt = (client: string) => {
		const may = probation.begin(client);
		if (may) {
			probation.end(client);
		}

		return may;
	};

	probation.suspend('banned', 3600 * SECOND);
	for (const client of wrong) {
		now += 0.01;
		probation.suspend(client);
	}

	t.true(isExempt('health check'));
	t.false(isExempt('banned'), 'the suspension that ends first gives way');
	t.is(wrong.filter(isExempt).length, 10_001, 'no more are remembered');
	t.false(isExempt('client 19999'));
	now += SECOND;
	t.true(isExempt('client 19999'));
	t.false(isExempt('banned'));
	now = 3600 * SECOND;
	t.true(isExempt('banned'));
});

import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';
import test from 'ava';
import type {Inspection, ReportOutcome, StoredBan, Verdict} from '../../../source/index.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';
import {bannedBy, escalating, limit} from '../contract/promised.ts';

const rules = [limit(100, 3_600_000)];
const second = 1000;

test('of 2,000 parallel requests in four processes, exactly as many are admitted as fit', async t => {
	const path = newPath();
	const processes = await Promise.all(Array.from({length: 4}, () => StoreProcess.begin(t, {path})));

	for (let round = 0; round < 20; round += 1) {
		const admitted = await Promise.all(
			processes.map(process => process.call<number>('admitted', `client ${round}`, rules, 500)),
		);
		t.is(
			admitted.reduce((sum, each) => sum + each),
			100,
		);
	}
});

test('while other processes open the file, no count is lost', async t => {
	const path = newPath();
	const [opener, ...counting] = (await Promise.all(
		Array.from({length: 4}, () => StoreProcess.begin(t, {path})),
	)) as [StoreProcess, ...StoreProcess[]];
	let isDone = false;
	const opened = (async () => {
		while (!isDone) {
			await opener.call('reopen', 20);
		}
	})();

	for (let round = 0; round < 30; round += 1) {
		const admitted = await Promise.all(
			counting.map(process => process.call<number>('admitted', `client ${round}`, rules, 200)),
		);
		t.is(
			admitted.reduce((sum, each) => sum + each),
			100,
		);
	}

	isDone = true;
	await opened;
});

test('a ban in one process holds in another at once, also where the client was just admitted or refused', async t => {
	const path = newPath();
	const [one, other] = await Promise.all([
		StoreProcess.begin(t, {path, hasManualClock: true}),
		StoreProcess.begin(t, {path, hasManualClock: true}),
	]);
	const decide = (client: string, of = rules) => other.call<Verdict>('decide', client, of);

	t.is((await decide('a')).kind, 'admitted');
	await one.call('ban', 'a', {duration: Infinity, reason: 'scraper'});
	t.deepEqual(await decide('a'), bannedBy('hand', Infinity, 'scraper'));

	const full = [limit(1, 3_600_000, 'full')];
	await decide('b', full);
	t.is((await decide('b', full)).kind, 'limited');
	await one.call('ban', 'b', {duration: 60 * second});
	t.deepEqual(await decide('b', []), bannedBy('hand', 60 * second));
	t.deepEqual(await decide('b'), bannedBy('hand', 60 * second));
});

test('reports and strikes in several processes add up', async t => {
	const path = newPath();
	const processes = await Promise.all(
		Array.from({length: 3}, () => StoreProcess.begin(t, {path, hasManualClock: true})),
	);
	const [one, other] = processes as [StoreProcess, StoreProcess];
	const banRule = escalating(3, 60 * second, [10 * second, 60 * second], 3600 * second);
	const report = (process: StoreProcess) =>
		process.call<ReportOutcome>('report', 'a', banRule, {weight: 1});

	const outcomes = [];
	for (const process of processes) {
		outcomes.push(await report(process));
	}

	t.deepEqual(outcomes, [
		{reports: 1},
		{reports: 2},
		{reports: 3, banEndsInMs: 10 * second, begunForMs: 10 * second, strike: 1},
	]);
	for (const process of processes) {
		await process.call('pass', 10 * second);
	}

	await Promise.all([report(one), report(other)]);
	t.deepEqual(await report(one), {
		reports: 3,
		banEndsInMs: 60 * second,
		begunForMs: 60 * second,
		strike: 2,
	});
	const {strike} = await other.call<Inspection>('inspect', 'a', [], banRule);
	t.is(strike, 2);
});

test('an unban, a reset and a range in one process hold in another within a second', async t => {
	const path = newPath();
	const [one, other] = await Promise.all([
		StoreProcess.begin(t, {path, hasManualClock: true}),
		StoreProcess.begin(t, {path, hasManualClock: true}),
	]);
	const decide = async (client: string) =>
		(await other.call<Verdict>('decide', client, rules)).kind;

	await one.call('ban', 'banned', {duration: Infinity});
	await one.call('admitted', 'limited', rules, 100);
	t.is(await decide('banned'), 'banned');
	t.is(await decide('limited'), 'limited');

	await one.call('unban', 'banned');
	await one.call('reset', 'limited');
	await one.call('banRange', '203.0.113.0/24', {duration: Infinity});
	await other.call('pass', second);
	t.is(await decide('banned'), 'admitted');
	t.is(await decide('limited'), 'admitted');
	t.like(await other.call<readonly StoredBan[]>('ranges'), [{client: '203.0.113.0/24'}]);
});

test('bans, strikes, reports and counts outlive every process', async t => {
	const path = newPath();
	const banRule = escalating(2, 60 * second, [10 * second, 60 * second], 3600 * second);
	const first = await StoreProcess.begin(t, {path, hasManualClock: true});
	await first.call('ban', 'by hand', {duration: Infinity, reason: 'scraper'});
	await first.call('report', 'by reports', banRule, {weight: 2, reason: 'password'});
	await first.call('report', 'reported', banRule, {weight: 1});
	await first.call('admitted', 'counted', rules, 60);
	await first.call('banRange', '203.0.113.0/24', {duration: Infinity});
	await first.kill();

	const next = await StoreProcess.begin(t, {path, hasManualClock: true});
	t.is(await next.call('admitted', 'counted', rules, 100), 40);
	t.deepEqual(await next.call('decide', 'by hand', []), bannedBy('hand', Infinity, 'scraper'));
	t.deepEqual(
		await next.call('decide', 'by reports', []),
		bannedBy('reports', 10 * second, 'password'),
	);
	t.like(await next.call('report', 'reported', banRule, {weight: 1}), {strike: 1});
	t.is((await next.call<readonly StoredBan[]>('ranges')).length, 1);
	t.is((await next.call<readonly StoredBan[]>('allBans')).length, 3);
});

test('processes whose wall clock is a day ahead or behind have the time of the others', async t => {
	const path = newPath();
	const day = 86_400 * second;
	const first = await StoreProcess.begin(t, {path});
	await first.call('ban', 'a', {duration: 3600 * second});
	const endsIn = async (process: StoreProcess) => {
		const verdict = await process.call<Verdict>('decide', 'a', []);
		return verdict.kind === 'banned' ? verdict.endsInMs : 0;
	};

	for (const ahead of [day, -day]) {
		const other = await StoreProcess.begin(t, {path, ahead});
		const left = await endsIn(other);
		t.true(left <= 3600 * second && left > 3300 * second, `${left} ms`);
		// What a process remembers of a refusal is rounded.
		t.true((await endsIn(first)) <= left + 1);
		await other.kill();
	}
});

test('a thread gets no store: one that is terminated would leave the file locked', async t => {
	const main = fileURLToPath(new URL('../../support/local/thread-main.js', import.meta.url));
	const thread = new Worker(main, {workerData: newPath()});

	t.regex(String((await once(thread, 'message'))[0]), /works in the main thread of a process only/);
});

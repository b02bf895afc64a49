import test from 'ava';
import {verdicts} from '../../../source/dashboard/json/dashboard-json.ts';
import {
	type OwnRequest,
	RequestHistory,
} from '../../../source/dashboard/observations/request-history.ts';
import {dashboardClock} from '../../support/dashboard/clock.ts';

function counted() {
	const clock = dashboardClock();
	const stats = {
		admitted: 100,
		limited: 0,
		banned: 0,
		denied: 0,
		unavailable: 0,
		unidentified: 0,
	};
	const history = new RequestHistory(() => ({...stats}), clock);

	return {clock, stats, history};
}

test('a history has 360 steps of 10 seconds, of which the last is now', t => {
	const {clock, stats, history} = counted();
	stats.admitted += 5;
	stats.limited += 2;
	const {step, start, ...series} = history.read();

	t.is(step, 10);
	t.is(start, clock.wall() - 359 * 10_000);
	t.deepEqual(Object.keys(series).sort(), [...verdicts, 'unidentified'].sort());
	t.true(verdicts.every(name => series[name].length === 360));
	t.deepEqual([series.admitted.at(-1), series.limited.at(-1)], [5, 2]);
	t.is(sum(series.admitted), 5);
});

test('requests move back as steps pass, and leave after an hour', t => {
	const {clock, stats, history} = counted();
	stats.admitted += 5;
	history.sample();
	for (const back of [1, 2, 3]) {
		clock.pass(10_000);
		history.sample();
		t.is(history.read().admitted.at(-1 - back), 5);
	}

	for (let step = 3; step < 359; step += 1) {
		clock.pass(10_000);
		history.sample();
	}

	t.is(history.read().admitted[0], 5);
	clock.pass(10_000);
	t.is(sum(history.read().admitted), 0);
});

test('the requests of steps that were missed are spread over them, and none is lost', t => {
	const {clock, stats, history} = counted();
	clock.pass(5000);
	history.sample();
	stats.admitted += 80;
	clock.pass(40_000);
	const {admitted} = history.read();

	t.deepEqual(admitted.slice(-5), [10, 20, 20, 20, 10]);
	t.is(sum(admitted), 80);
});

test('a pause of more than an hour leaves the part of its requests that is within the hour', t => {
	const {clock, stats, history} = counted();
	stats.banned += 7200;
	clock.pass(7_200_000);
	const {banned} = history.read();

	t.is(banned.length, 360);
	t.true(Math.abs(sum(banned) - 3600) <= 10);
	t.true(Math.max(...banned) <= 10);
	clock.pass(100 * 3_600_000);
	t.is(sum(history.read().banned), 0);
});

test('a wall clock that is corrected moves the start, and no request', t => {
	const {clock, stats, history} = counted();
	stats.admitted += 5;
	history.sample();
	clock.pass(10_000);
	for (const correction of [86_400_000, -2 * 86_400_000]) {
		clock.correct(correction);
		const {start, admitted} = history.read();
		t.is(start, clock.wall() - 359 * 10_000);
		t.deepEqual(admitted.slice(-2), [5, 0]);
	}
});

test('the sum of the steps is the number of requests, whenever they were read', t => {
	const {clock, stats, history} = counted();
	let expected = 0;
	for (let turn = 1; turn <= 300; turn += 1) {
		const more = (turn * 7919) % 23;
		stats.limited += more;
		expected += more;
		clock.pass((turn * 104_729) % 11_000);
		history.sample();
	}

	t.is(sum(history.read().limited), expected);
});

test('counts that begin anew are not negative requests', t => {
	const {clock, stats, history} = counted();
	stats.admitted = 0;
	clock.pass(1000);
	t.is(sum(history.read().admitted), 0);
	stats.admitted = 3;
	t.is(sum(history.read().admitted), 3);
});

test('a request of the page itself is left out as soon as it is counted, and no other is', t => {
	const {clock, stats, history} = counted();
	const own = {isOver: false, verdict: {kind: 'admitted', quotas: []}} as const;
	const refused = {isOver: true, verdict: {kind: 'denied'}} as const;
	const request: OwnRequest & {isOver: boolean} = {...own};
	history.leaveOut(request);
	history.leaveOut(refused);
	stats.admitted += 2;
	t.is(sum(history.read().admitted), 2);

	request.isOver = true;
	stats.admitted += 1;
	clock.pass(10_000);
	t.is(sum(history.read().admitted), 2);
	stats.admitted += 1;
	t.is(sum(history.read().admitted), 3);
});

function sum(counts: readonly number[]): number {
	return counts.reduce((total, count) => total + count, 0);
}

import test from 'ava';
import fc from 'fast-check';
import {ClientLogs} from '../../../source/stores/memory/client-logs.ts';
import {NONE} from '../../../source/stores/memory/records.ts';
import {SlidingLog} from '../../../source/stores/memory/sliding-log.ts';
import {runs} from '../../support/runs.ts';

const day = 86_400_000;

/** What happens to a few logs, each next to a list that keeps every time. */
const step = fc.record({
	do: fc.oneof(
		{weight: 8, arbitrary: fc.constant('add' as const)},
		{weight: 2, arbitrary: fc.constant('look' as const)},
		{weight: 2, arbitrary: fc.constant('give back' as const)},
		fc.constantFrom('clear' as const, 'renew' as const),
	),
	log: fc.nat({max: 3}),
	times: fc.oneof(fc.constant(1), fc.nat({max: 40})),
	which: fc.nat(),
	pass: fc.oneof(
		{weight: 6, arbitrary: fc.nat({max: 5})},
		fc.constantFrom(0, 100, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 44 * day, 50 * day),
	),
});
const history = fc.record({
	counts: fc.array(fc.constantFrom(1, 2, 6, 7, 8, 14, 15, 100), {minLength: 4, maxLength: 4}),
	windows: fc.array(fc.constantFrom(1, 10, 100, 2 ** 31 + 5, 45 * day), {
		minLength: 4,
		maxLength: 4,
	}),
	begin: fc.constantFrom(0, -5, 2 ** 31 - 3, 2 ** 32 - 3, 2 ** 45),
	steps: fc.array(step, {maxLength: 60, size: 'max'}),
});

test('logs agree with lists of all times, whatever is added, dropped, cleared and copied', t => {
	const agrees = fc.property(history, ({counts, windows, begin, steps}) => {
		let now = begin;
		const log = new SlidingLog();
		let logs = new ClientLogs();
		let numbers = counts.map((_, index) => logs.begin(index, NONE));
		const lists: number[][] = counts.map(() => []);

		return steps.every(({do: action, log: index, times, which, pass}) => {
			now += pass;
			const count = counts[index] ?? 1;
			const window = windows[index] ?? 1;
			log.open(logs, numbers[index] ?? NONE);
			const kept = lists[index] ?? [];
			const list = kept.filter(time => now - time < window);
			const gone = log.gone(window, now);
			const length = log.within(window, now);
			if (
				length !== list.length ||
				gone !== kept.length - length ||
				(length > 0 && (log.first !== list[0] || log.sinceFirst(now) !== now - log.first)) ||
				list.some((time, place) => log.since(place, now) !== now - time) ||
				(length > 0 && log.last !== list.at(-1))
			) {
				return false;
			}

			if (action === 'add') {
				for (let added = 0; added < times; added += 1) {
					log.add(count, now);
					list.push(now);
				}
			} else if (action === 'clear') {
				log.clear();
				list.length = 0;
			} else if (action === 'give back') {
				// Sometimes one that is not there.
				const time = which % 9 === 0 ? now - which : (list[which % list.length] ?? now);
				const found = list.filter(one => one === time).length;
				log.remove(time, times);
				list.splice(list.indexOf(time), Math.min(found, times));
			} else if (action === 'renew') {
				const renewed = new ClientLogs();
				renewed.begin(9, NONE);
				numbers = numbers.map(number => renewed.copyAll(logs, number));
				logs = renewed;
			}

			lists[index] = list.slice(-count);
			log.open(logs, numbers[index] ?? NONE);
			return log.counter === index;
		});
	});

	t.notThrows(() => fc.assert(agrees, {numRuns: runs(500)}));
});

test('each log of a client is found by its counter', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	const first = logs.begin(2, NONE);
	const second = logs.begin(5, first);

	t.true(log.find(logs, second, 2));
	t.is(log.next, NONE);
	t.true(log.find(logs, second, 5));
	t.is(log.next, first);
	t.false(log.find(logs, second, 7));
	t.false(log.find(logs, NONE, 2));
});

test('a client is copied with all its logs', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	const client = logs.begin(5, logs.begin(2, NONE));
	log.find(logs, client, 2);
	log.add(100, 20);
	log.find(logs, client, 5);
	log.add(100, 50);

	const elsewhere = new ClientLogs();
	elsewhere.begin(2, NONE);
	const copied = elsewhere.copyAll(logs, client);
	t.true(log.find(elsewhere, copied, 2));
	t.is(log.first, 20);
	t.true(log.find(elsewhere, copied, 5));
	t.is(log.first, 50);
});

test('clearThose() clears only the logs of the chosen counters', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	const client = logs.begin(5, logs.begin(2, NONE));
	for (const counter of [2, 5]) {
		log.find(logs, client, counter);
		log.add(100, 20);
	}

	logs.clearThose(client, counter => counter === 5);
	t.deepEqual(
		[2, 5].map(counter => log.find(logs, client, counter) && log.length),
		[1, 0],
	);
});

test('those logs of a client that are chosen end, and the others stay with their times', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	for (const chosen of [[], [1], [3], [1, 2], [2, 3], [1, 2, 3]]) {
		const client = logs.begin(3, logs.begin(2, logs.begin(1, NONE)));
		for (const counter of [1, 2, 3]) {
			log.find(logs, client, counter);
			log.add(100, 10 * counter);
		}

		t.is(logs.numberOf(client), 3);
		const left = logs.endThose(client, ({counter}) => chosen.includes(counter));
		t.is(logs.numberOf(left), 3 - chosen.length);
		t.deepEqual(
			[1, 2, 3].map(counter => log.find(logs, left, counter) && log.first),
			[1, 2, 3].map(counter => !chosen.includes(counter) && 10 * counter),
		);
		logs.endAll(left);
	}

	t.is(logs.numberOf(NONE), 0);
	t.true(logs.begin(0, NONE) < 3, 'the records of ended logs are used again');
});

test('a log that has ended is used again, and begins empty', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	const first = logs.begin(1, NONE);
	const second = logs.begin(3, first);
	log.find(logs, second, 1);
	for (let added = 0; added < 50; added += 1) {
		log.add(100, added);
	}

	logs.endAll(second);
	const next = logs.begin(2, NONE);
	t.is(next, first);
	log.open(logs, next);
	t.is(log.within(1000, 50), 0);
	t.is(log.counter, 2);
});

test('a log counts requests up to 8, whatever they cost, until it is empty', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	log.open(logs, logs.begin(0, NONE));
	log.noteRequest();
	t.is(log.requests, 0, 'a request that counts nothing');
	for (let request = 1; request <= 12; request += 1) {
		for (let unit = 0; unit < 1000; unit += 1) {
			log.add(1_000_000, request);
		}

		log.noteRequest();
		t.is(log.requests, Math.min(8, request));
		t.is(log.length, 1000 * request);
	}

	t.is(log.within(10, 16), 6000);
	t.is(log.requests, 8);
	const [other, copied] = [new ClientLogs(), new SlidingLog()];
	copied.open(other, other.copyAll(logs, 0));
	t.deepEqual([copied.length, copied.requests], [6000, 8]);
	t.is(log.within(10, 100), 0);
	t.is(log.requests, 0);
});

import test from 'ava';
import fc from 'fast-check';
import {Logs} from '../../../source/stores/memory/logs.ts';
import {NONE} from '../../../source/stores/memory/records.ts';

const day = 86_400_000;

/** All that some logs are asked, one after the other, beside lists that keep every time. */
const step = fc.record({
	do: fc.oneof(
		{weight: 8, arbitrary: fc.constant('add' as const)},
		{weight: 2, arbitrary: fc.constant('look' as const)},
		fc.constantFrom('clear' as const, 'renew' as const),
	),
	log: fc.nat({max: 3}),
	times: fc.oneof(fc.constant(1), fc.nat({max: 40})),
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

test('logs agree with lists of all times, whatever is counted, dropped, cleared and copied', t => {
	const agrees = fc.property(history, ({counts, windows, begin, steps}) => {
		let now = begin;
		let logs = new Logs();
		let numbers = counts.map((_, index) => logs.begin(index, NONE));
		const lists: number[][] = counts.map(() => []);

		return steps.every(({do: action, log: index, times, pass}) => {
			now += pass;
			const count = counts[index] ?? 1;
			const window = windows[index] ?? 1;
			const log = numbers[index] ?? NONE;
			const list = (lists[index] ?? []).filter(time => now - time < window);
			const length = logs.within(log, window, now);
			if (length !== list.length || (length > 0 && logs.firstOf(log) !== list[0])) {
				return false;
			}

			if (action === 'add') {
				for (let added = 0; added < times; added += 1) {
					logs.add(log, count, now);
					list.push(now);
				}
			} else if (action === 'clear') {
				logs.clear(log);
				list.length = 0;
			} else if (action === 'renew') {
				const renewed = new Logs();
				renewed.begin(9, NONE);
				numbers = numbers.map(number => renewed.copy(logs, number, NONE));
				logs = renewed;
			}

			lists[index] = list.slice(-count);
			return logs.counterOf(numbers[index] ?? NONE) === index;
		});
	});

	t.notThrows(() => fc.assert(agrees, {numRuns: 3000}));
});

test('among the logs of a client each is found by its counter', t => {
	const logs = new Logs();
	const first = logs.begin(2, NONE);
	const second = logs.begin(5, first);

	t.is(logs.find(second, 2), first);
	t.is(logs.find(second, 5), second);
	t.is(logs.find(second, 7), NONE);
	t.is(logs.find(NONE, 2), NONE);
	t.deepEqual([logs.nextOf(second), logs.nextOf(first)], [first, NONE]);
});

test('a log that has ended serves another, and begins empty', t => {
	const logs = new Logs();
	const log = logs.begin(1, NONE);
	for (let added = 0; added < 50; added += 1) {
		logs.add(log, 100, added);
	}

	logs.end(log);
	const next = logs.begin(2, NONE);
	t.is(next, log);
	t.is(logs.within(next, 1000, 50), 0);
	t.is(logs.counterOf(next), 2);
});

import test from 'ava';
import fc from 'fast-check';
import {SlidingLog} from '../../../source/stores/memory/sliding-log.ts';

test('an empty log has nothing in its window, and nothing to free', t => {
	const log = new SlidingLog(3, 10);

	t.is(log.within(5), 0);
	t.is(log.freesIn(5), 0);
});

test('an event lies in the window until it is exactly one window old', t => {
	const log = new SlidingLog(3, 10);
	log.add(100);

	t.deepEqual(
		[100, 109, 110].map(now => [log.within(now), log.freesIn(now)]),
		[
			[1, 10],
			[1, 1],
			[0, 0],
		],
	);
});

test('events leave one by one, those of one instant together', t => {
	const log = new SlidingLog(5, 10);
	for (const now of [0, 0, 4]) {
		log.add(now);
	}

	t.deepEqual(
		[9, 10, 13, 14].map(now => [log.within(now), log.freesIn(now)]),
		[
			[3, 1],
			[1, 4],
			[1, 1],
			[0, 0],
		],
	);
});

test('beyond the count the oldest no longer matters', t => {
	const log = new SlidingLog(2, 10);
	for (const now of [0, 1, 2, 3]) {
		log.add(now);
	}

	t.is(log.within(3), 2);
	t.is(log.freesIn(3), 9);
	t.is(log.within(12), 1);
});

test('it tells what a full list of times tells, over hundreds of events', t => {
	const steps = fc.array(fc.record({pass: fc.nat({max: 3}), adds: fc.boolean()}), {
		maxLength: 400,
		size: 'max',
	});
	const agrees = fc.property(fc.integer({min: 1, max: 60}), steps, (count, all) => {
		const window = 40;
		const log = new SlidingLog(count, window);
		const times: number[] = [];
		let now = 0;

		return all.every(({pass, adds}) => {
			now += pass;
			if (adds) {
				log.add(now);
				times.push(now);
			}

			const kept = times.slice(-count).filter(time => time > now - window);
			const [first = now - window] = kept;
			return log.within(now) === kept.length && log.freesIn(now) === first + window - now;
		});
	});

	t.notThrows(() => fc.assert(agrees, {numRuns: 500}));
});

import test from 'ava';
import fc from 'fast-check';
import {SteadyClock} from '../../source/stores/steady-clock.ts';

/** What a steady clock tells, as the one below it tells these. */
function told(readings: readonly number[]): readonly number[] {
	let below = readings[0] ?? 0;
	const clock = new SteadyClock(() => below);

	return readings.map(reading => {
		below = reading;
		return clock.now();
	});
}

test('a clock that runs well is told in whole milliseconds', t => {
	t.deepEqual(told([0, 0.9, 1, 1.5, 1000.99, 86_400_000]), [0, 0, 1, 1, 1000, 86_400_000]);
	t.deepEqual(told([-5.5, -5, 0]), [-6, -5, 0]);
});

test('after a tremor it waits until the clock has caught up', t => {
	t.deepEqual(told([5000, 4000, 4500, 5000, 5001]), [5000, 5000, 5000, 5000, 5001]);
});

test('after a jump back it goes on from where it is', t => {
	t.deepEqual(told([5000, 3999, 4000, 4999, 5000]), [5000, 5000, 5001, 6000, 6001]);
	t.deepEqual(told([0, 86_400_000, 0, 10]), [0, 86_400_000, 86_400_000, 86_400_010]);
});

test('a reading that is no time changes nothing', t => {
	t.deepEqual(told([5000, Number.NaN, 5001, Infinity, -Infinity, 5002]), [
		...[5000, 5000, 5001, 5001, 5001, 5002],
	]);
});

test('it never goes back, and never waits for more than a tremor, whatever has been', t => {
	const steps = fc.array(fc.integer({min: -10_000, max: 10_000}), {maxLength: 100, size: 'max'});
	const isSteady = fc.property(steps, all => {
		let below = 0;
		const clock = new SteadyClock(() => below);
		let last = clock.now();
		const isForward = all.every(step => {
			below += step;
			const now = clock.now();
			const isKept = now >= last;
			last = now;
			return isKept;
		});

		below += 1001;
		return isForward && clock.now() > last;
	});

	t.notThrows(() => fc.assert(isSteady, {numRuns: 2000}));
});

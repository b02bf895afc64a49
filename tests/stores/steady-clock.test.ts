import test from 'ava';
import fc from 'fast-check';
import {SteadyClock} from '../../source/stores/steady-clock.ts';
import {runs} from '../support/runs.ts';

/** The readings of a steady clock, above a clock with these readings. */
function readingsOver(readings: readonly number[]): readonly number[] {
	let below = readings[0] ?? 0;
	const clock = new SteadyClock(() => below);

	return readings.map(reading => {
		below = reading;
		return clock.now();
	});
}

test('it rounds a clock that runs well down to whole milliseconds', t => {
	t.deepEqual(readingsOver([0, 0.9, 1, 1.5, 1000.99, 86_400_000]), [0, 0, 1, 1, 1000, 86_400_000]);
	t.deepEqual(readingsOver([-5.5, -5, 0]), [-6, -5, 0]);
});

test('after a small step back it waits until the clock has caught up', t => {
	t.deepEqual(readingsOver([5000, 4000, 4500, 5000, 5001]), [5000, 5000, 5000, 5000, 5001]);
});

test('after a large step back it continues from its last reading', t => {
	t.deepEqual(readingsOver([5000, 3999, 4000, 4999, 5000]), [5000, 5000, 5001, 6000, 6001]);
	t.deepEqual(readingsOver([0, 86_400_000, 0, 10]), [0, 86_400_000, 86_400_000, 86_400_010]);
});

test('a reading that is not finite changes nothing', t => {
	t.deepEqual(readingsOver([5000, Number.NaN, 5001, Infinity, -Infinity, 5002]), [
		...[5000, 5000, 5001, 5001, 5001, 5002],
	]);
});

test('it never goes back, and never waits for more than a second', t => {
	const step = fc.oneof(
		fc.integer({min: -10_000, max: 10_000}),
		// Fractions of a millisecond, in steps of months.
		fc.double({min: -1e10, max: 1e10, noNaN: true}),
	);
	const steps = fc.array(step, {maxLength: 100, size: 'max'});
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

	t.notThrows(() => fc.assert(isSteady, {numRuns: runs(200)}));
});

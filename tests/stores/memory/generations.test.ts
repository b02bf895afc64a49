import test from 'ava';
import fc from 'fast-check';
import {Generations} from '../../../source/stores/memory/generations.ts';

const span = 10;

function holding(...keys: string[]): Generations<string> {
	const generations = new Generations<string>();
	generations.turn(0, span);
	for (const key of keys) {
		generations.set(key, `of ${key}`);
	}

	return generations;
}

test('it is time to turn at first, and whenever a span has passed', t => {
	const generations = new Generations<string>();

	t.deepEqual(
		[0, 9, 10, 19, 20, 50, 59, 60].map(now => generations.turn(now, span)),
		[true, false, true, false, true, true, false, true],
	);
});

test('what was not touched is kept for a span, and gone after two', t => {
	const generations = holding('a');

	generations.turn(10, span);
	t.is(generations.size, 1);
	generations.turn(20, span);
	t.is(generations.size, 0);
	t.is(generations.get('a'), undefined);
});

test('being asked for is being touched', t => {
	const generations = holding('a', 'b');

	generations.turn(10, span);
	t.is(generations.get('a'), 'of a');
	generations.turn(20, span);
	t.is(generations.get('a'), 'of a');
	t.is(generations.get('b'), undefined);
	t.is(generations.size, 1);
});

test('after a pause of two spans nothing is left', t => {
	const generations = holding('a');

	generations.turn(20, span);
	t.is(generations.size, 0);
});

test('what is set anew is held once, with its new value', t => {
	const generations = holding('a');
	generations.turn(10, span);
	generations.set('a', 'new');

	t.is(generations.size, 1);
	t.is(generations.get('a'), 'new');
});

test('what is deleted is gone, young or old', t => {
	const generations = holding('old');
	generations.turn(10, span);
	generations.set('young', 'of young');
	generations.delete('old');
	generations.delete('young');
	generations.delete('unknown');

	t.is(generations.get('old'), undefined);
	t.is(generations.get('young'), undefined);
	t.is(generations.size, 0);
});

test('once cleared it holds nothing, young or old', t => {
	const generations = holding('old');
	generations.turn(10, span);
	generations.set('young', 'of young');
	generations.clear();

	t.is(generations.size, 0);
});

test('what was touched within the span is found, even as the span grows', t => {
	const steps = fc.array(
		fc.record({
			pass: fc.nat({max: 15}),
			key: fc.constantFrom('a', 'b', 'c'),
			grow: fc.nat({max: 2}),
		}),
		{maxLength: 60, size: 'max'},
	);
	const isKept = fc.property(steps, all => {
		const generations = new Generations<string>();
		const touched = new Map<string, number>();
		let now = 0;
		let longest = span;

		return all.every(({pass, key, grow}) => {
			now += pass;
			// A longer span cannot bring back what a shorter one has let go.
			const isDue = now - (touched.get(key) ?? -Infinity) < longest;
			longest += grow;
			generations.turn(now, longest);
			const isFound = generations.get(key) !== undefined;
			generations.set(key, key);
			touched.set(key, now);

			return isFound || !isDue;
		});
	});

	t.notThrows(() => fc.assert(isKept, {numRuns: 1000}));
});

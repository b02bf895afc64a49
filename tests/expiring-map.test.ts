import test from 'ava';
import fc from 'fast-check';
import {ExpiringMap} from '../source/expiring-map.ts';

const MAX = 5;

const step = fc.record({
	passes: fc.nat(3),
	key: fc.constantFrom(...'abcdefgh'),
	lasts: fc.constantFrom(0, 1, 2, 3, 5, 8, Infinity),
	isDeleted: fc.boolean(),
});

test('the entry that ends first gives way, and the elder of two that end together', t => {
	const property = fc.property(fc.array(step, {maxLength: 60}), steps => {
		const map = new ExpiringMap<number>(MAX);
		let naive: Array<{key: string; value: number; until: number}> = [];
		let now = 0;

		return steps.every(({passes, key, lasts, isDeleted}, value) => {
			now += passes;
			naive = naive.filter(entry => entry.key !== key);
			if (isDeleted) {
				map.delete(key);
			} else {
				naive = naive.filter(({until}) => until > now);
				const first = naive.toSorted((one, other) => compare(one.until, other.until)).at(0);
				const isFull = naive.length === MAX;
				naive = isFull ? naive.filter(entry => entry !== first) : naive;
				naive.push({key, value, until: now + lasts});
				if (map.set(key, value, now + lasts, now) !== isFull) {
					return false;
				}
			}

			return (
				map.size <= MAX &&
				[...'abcdefgh'].every(asked => {
					const known = naive.find(entry => entry.key === asked && entry.until > now);
					const found = map.get(asked, now);
					return found?.value === known?.value && found?.until === known?.until;
				})
			);
		});
	});

	t.notThrows(() => fc.assert(property, {numRuns: 2000}));
});

test('entries that have ended give back their room', t => {
	const map = new ExpiringMap<string>(3);
	map.set('a', 'first', 10, 0);
	map.set('b', 'second', 30, 0);
	t.deepEqual([map.size, map.get('a', 10), map.get('b', 10)?.value], [2, undefined, 'second']);

	map.forgetEnded(10);
	t.deepEqual(map.keys(), ['b']);
	map.clear();
	t.is(map.size, 0);
	t.false(map.set('c', 'third', 40, 0));
});

/** Unlike a difference, of two that are Infinity. */
function compare(one: number, other: number): number {
	return one === other ? 0 : one < other ? -1 : 1;
}

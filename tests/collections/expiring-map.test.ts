import test from 'ava';
import fc from 'fast-check';
import {ExpiringMap} from '../../source/collections/expiring-map.ts';
import {runs} from '../support/runs.ts';

const MAX = 5;
const keys = [...'abcdefgh'];

const step = fc.record({
	passes: fc.nat(3),
	key: fc.constantFrom(...keys),
	lasts: fc.constantFrom(0, 1, 2, 3, 5, 8, Infinity),
	isDeleted: fc.boolean(),
});

test('a new entry in a full map replaces an expired one, or else the one that was set first', t => {
	const property = fc.property(fc.array(step, {maxLength: 60}), steps => {
		const map = new ExpiringMap<number>(MAX);
		let naive: Array<{key: string; value: number; until: number}> = [];
		let now = 0;

		return steps.every(({passes, key, lasts, isDeleted}, value) => {
			now += passes;
			const until = now + lasts;
			naive = naive.filter(entry => entry.key !== key);
			if (isDeleted) {
				map.delete(key);
			} else {
				const evicted = map.set(key, value, until, now);
				const live = naive.filter(entry => entry.until > now);
				if (evicted) {
					// An expired entry may still take room, but not after it was looked up.
					const [first] = live;
					if (naive.length < MAX || evicted.value !== first?.value) {
						return false;
					}

					naive = naive.filter(entry => entry !== first);
				}

				naive.push({key, value, until});
			}

			return (
				map.size <= MAX &&
				keys.every(asked => {
					const known = naive.find(entry => entry.key === asked && entry.until > now);
					const found = map.get(asked, now);
					return found?.value === known?.value && found?.until === known?.until;
				})
			);
		});
	});

	t.notThrows(() => fc.assert(property, {numRuns: runs(500)}));
});

test('in a full map, entries that expire sooner do not replace each other', t => {
	const map = new ExpiringMap<string>(1000);
	for (let index = 0; index < 1000; index += 1) {
		map.set(`long ${index}`, '', 100, 0);
	}

	for (let round = 0; round < 100; round += 1) {
		for (const short of ['a', 'b', 'c']) {
			t.is(map.get(short, 1)?.until, round === 0 ? undefined : 50);
			map.set(short, '', 50, 1);
		}
	}

	t.is(map.size, 1000);
	t.is(map.get('long 2', 1), undefined);
	t.is(map.get('long 3', 1)?.until, 100);
});

test('entries that expire together are removed a few at a time, however many they are', t => {
	const map = new ExpiringMap<string>(100_000);
	for (let index = 0; index < 100_000; index += 1) {
		map.set(`${index}`, '', 10, 0);
	}

	map.removeExpired(10);
	t.true(map.size > 99_000, 'a call removes only a few');
	for (let look = 0; look < 1100; look += 1) {
		map.removeExpired(10);
	}

	t.is(map.size, 0);
	t.is(map.set('a', 'first', 20, 10), undefined);
	t.deepEqual([...map.keys()], ['a']);
	map.clear();
	t.is(map.size, 0);
});

test('a full map evicts in the order in which entries were last set', t => {
	const map = new ExpiringMap<number>(1000);
	const evicted: number[] = [];
	for (let index = 0; index < 20_000; index += 1) {
		const entry = map.set(`${index}`, index, Infinity, 0);
		if (entry) {
			evicted.push(entry.value);
		}

		// An entry that is set again moves to the end.
		if (index % 1000 === 7) {
			map.set(`${index}`, -index, Infinity, 0);
		}
	}

	const expected = Array.from({length: 19_000}, (_, index) =>
		index % 1000 === 7 ? -index : index,
	);
	t.deepEqual(evicted, expected);
});

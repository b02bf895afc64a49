import test from 'ava';
import {levelOf, levelOfUse} from '../../../source/stores/memory/levels.ts';
import {limit, quota} from '../contract/promised.ts';

test('the level follows from how many are counted, and from half of what is allowed', t => {
	const table: ReadonlyArray<[used: number, count: number, level: number]> = [
		[0, 100, 0],
		[3, 100, 0],
		[4, 100, 1],
		[15, 100, 1],
		[16, 100, 2],
		[1, 1, 1],
		[1, 2, 1],
		[1, 3, 0],
		[2, 3, 1],
		[20, 20, 2],
	];
	for (const [used, count, level] of table) {
		t.is(levelOfUse(used, count), level, `${used} of ${count}`);
	}
});

test('of several rules the highest decides', t => {
	const [small, large] = [limit(2, 1000), limit(100, 1000)];

	t.is(levelOf([quota(small, 2, 1), quota(large, 98, 1)]), 0);
	t.is(levelOf([quota(small, 0, 1), quota(large, 98, 1)]), 1);
	t.is(levelOf([quota(small, 1, 1), quota(large, 84, 1)]), 2);
});

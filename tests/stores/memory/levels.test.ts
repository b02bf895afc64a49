import test from 'ava';
import {levelOf, levelOfUse} from '../../../source/stores/memory/levels.ts';
import {limit, quota} from '../contract/promised.ts';

test('the level follows from how many requests are counted', t => {
	t.deepEqual([0, 3, 4, 15, 16, 1_000_000].map(levelOfUse), [0, 0, 1, 1, 2, 2]);
});

test('of several rules the one that has counted most decides, whatever its share', t => {
	const [small, large] = [limit(2, 1000), limit(100, 1000)];

	t.is(levelOf([quota(small, 0, 1), quota(large, 97, 1)]), 0);
	t.is(levelOf([quota(small, 0, 1), quota(large, 96, 1)]), 1);
	t.is(levelOf([quota(small, 2, 1), quota(large, 84, 1)]), 2);
});

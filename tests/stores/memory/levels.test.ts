import test from 'ava';
import {levelOf} from '../../../source/stores/memory/levels.ts';
import {limit, quota} from '../contract/promised.ts';

test('a client with a full rule has level 1, and one with 8 requests under a rule has level 2', t => {
	const [small, large] = [limit(2, 1000), limit(100, 1000)];

	t.is(levelOf([quota(small, 1, 1), quota(large, 93, 1)]), 0);
	t.is(levelOf([quota(small, 0, 1), quota(large, 93, 1)]), 1);
	t.is(levelOf([quota(small, 0, 1), quota(large, 92, 1)]), 2);
	t.is(levelOf([quota(large, 92, 1), quota(small, 2, 1)]), 2);
});

import test from 'ava';
import {nameSeries} from '../../source/options/name-series.ts';

test('a thousand names are given once each, and then the last one with the place in the list', t => {
	const next = nameSeries('specific');
	const names = Array.from({length: 1000}, () => next(0));
	t.deepEqual(names.slice(0, 2), ['specific', 'specific-2']);
	t.is(new Set(names).size, 1000);

	t.deepEqual([next(0), next(1), next(0)], ['specific-1000', 'specific-1000.2', 'specific-1000']);
});

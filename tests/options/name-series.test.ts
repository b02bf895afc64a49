import test from 'ava';
import {nameSeries} from '../../source/options/name-series.ts';

test('a thousand names are given once each, and then the last hundred in turns', t => {
	const next = nameSeries('specific');
	const names = Array.from({length: 1000}, next);
	t.deepEqual(names.slice(0, 2), ['specific', 'specific-2']);
	t.is(new Set(names).size, 1000);

	const more = Array.from({length: 1000}, next);
	t.is(new Set([...names, ...more]).size, 1000);
	t.is(new Set(more.slice(0, 100)).size, 100);
});

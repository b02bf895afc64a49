import test from 'ava';
import type {History} from '../../../source/dashboard/data/data.ts';
import {groupSteps, sinceFirstRequest} from '../../../source/dashboard/view/group-steps.ts';

const START = 1_800_000_000_000;

/** A history of steps of ten seconds. */
function historyOf(admitted: readonly number[], limited: readonly number[] = []): History {
	const none = admitted.map(() => 0);

	return {
		step: 10,
		start: START,
		admitted,
		limited: none.map((_, index) => limited[index] ?? 0),
		banned: none,
		denied: none,
		unavailable: none,
	};
}

test('the time before the first request is left out, but for the least that is shown', t => {
	const history = historyOf([0, 0, 0, 1, 0, 2], [0, 0, 5]);
	const lengthsFor = (least: number) => sinceFirstRequest(history, least).admitted.length;

	t.like(sinceFirstRequest(history, 2), {start: START + 20_000, admitted: [0, 1, 0, 2]});
	t.deepEqual(sinceFirstRequest(history, 2).limited, [5, 0, 0, 0]);
	t.deepEqual([2, 5, 6, 9].map(lengthsFor), [4, 5, 6, 6]);
});

test('a history without requests shows the least', t => {
	t.like(sinceFirstRequest(historyOf([0, 0, 0, 0]), 3), {
		start: START + 10_000,
		admitted: [0, 0, 0],
	});
});

test('groups begin at whole multiples of their length, and lose no request', t => {
	const groups = groupSteps({...historyOf([1, 2, 3, 4, 5], [1]), start: START + 20_000}, 30);

	t.deepEqual(
		groups.map(({start, counts}) => [start - START, counts.admitted, counts.limited]),
		[
			[0, 1, 1],
			[30_000, 9, 0],
			[60_000, 5, 0],
		],
	);
});

import test from 'ava';
import fc from 'fast-check';
import {type History, verdicts} from '../../../source/dashboard/json/dashboard-json.ts';
import {
	allOf,
	groupSteps,
	lastSteps,
	sinceFirstRequest,
} from '../../../source/dashboard/view/group-steps.ts';
import {historyOf, NOW} from '../../support/dashboard/sample-data.ts';

const START = 1_800_000_000_000;

/** A history of steps of ten seconds. */
function shortHistory(admitted: readonly number[], limited: readonly number[] = []): History {
	const none = admitted.map(() => 0);

	return {
		step: 10,
		start: START,
		admitted,
		limited: none.map((_, index) => limited[index] ?? 0),
		banned: none,
		denied: none,
		unavailable: none,
		unidentified: none,
	};
}

test('groups hold every request once, and begin at whole multiples of their length', t => {
	t.notThrows(() =>
		fc.assert(
			fc.property(
				fc.array(fc.nat(1000), {minLength: 360, maxLength: 360}),
				fc.constantFrom(10, 20, 30, 60, 120, 300),
				fc.nat(10_000_000),
				(counts, length, later) => {
					const history = historyOf(
						age => ({admitted: counts[age] ?? 0, banned: age}),
						NOW + later,
					);
					const groups = groupSteps(history, length);
					const total = lastSteps(history);

					return (
						verdicts.every(
							verdict =>
								groups.reduce((sum, group) => sum + group.counts[verdict], 0) === total[verdict],
						) &&
						groups.every(({start}) => start % (length * 1000) === 0) &&
						groups.every(
							({start}, index) => start - (groups[0]?.start ?? 0) === index * length * 1000,
						)
					);
				},
			),
		),
	);
});

test('requests stay in their group as time goes on', t => {
	const before = groupSteps(
		historyOf(age => ({limited: age === 100 ? 7 : 0})),
		300,
	);
	const after = groupSteps(
		historyOf(age => ({limited: age === 110 ? 7 : 0}), NOW + 100_000),
		300,
	);
	const startOf = (groups: typeof before) => groups.find(({counts}) => counts.limited === 7)?.start;

	t.truthy(startOf(before));
	t.is(startOf(before), startOf(after));
});

test('the last steps are those before now', t => {
	const history = historyOf(age => ({admitted: 1, denied: age < 6 ? 2 : 0}));

	t.deepEqual(lastSteps(history, 6), {
		admitted: 6,
		limited: 0,
		banned: 0,
		denied: 12,
		unavailable: 0,
	});
	t.is(allOf(lastSteps(history)), 372);
});

test('the time before the first request is left out, but for the least that is shown', t => {
	const history = shortHistory([0, 0, 0, 1, 0, 2], [0, 0, 5]);
	const lengthsFor = (least: number) => sinceFirstRequest(history, least).admitted.length;

	t.like(sinceFirstRequest(history, 2), {start: START + 20_000, admitted: [0, 1, 0, 2]});
	t.deepEqual(sinceFirstRequest(history, 2).limited, [5, 0, 0, 0]);
	t.deepEqual([2, 5, 6, 9].map(lengthsFor), [4, 5, 6, 6]);
});

test('a history without requests shows the least', t => {
	t.like(sinceFirstRequest(shortHistory([0, 0, 0, 0]), 3), {
		start: START + 10_000,
		admitted: [0, 0, 0],
	});
});

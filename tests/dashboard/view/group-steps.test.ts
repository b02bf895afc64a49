import test from 'ava';
import fc from 'fast-check';
import {verdicts} from '../../../source/dashboard/data/data.ts';
import {allOf, groupSteps, lastSteps} from '../../../source/dashboard/view/group-steps.ts';
import {historyOf, NOW} from '../../support/dashboard/data.ts';

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

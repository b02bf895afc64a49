import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {tables} from '../../../source/stores/local/tables/keys.ts';
import {OpenedLedger} from '../../support/local/ledger.ts';
import {runs} from '../../support/runs.ts';
import {limit} from '../contract/promised.ts';

const DAY = 86_400_000;

test('logs with blocks count what is in the window, whatever is swept or given back, and at any time', t => {
	const step = fc.oneof(
		{
			weight: 5,
			arbitrary: fc.record({
				do: fc.constant('count' as const),
				cost: fc.integer({min: 1, max: 400}),
			}),
		},
		{
			weight: 4,
			arbitrary: fc.record({
				do: fc.constant('pass' as const),
				ms: fc.oneof(
					fc.integer({min: 1, max: 20 * DAY}),
					fc.constantFrom(1, 30 * DAY - 1, 30 * DAY),
				),
			}),
		},
		{weight: 2, arbitrary: fc.record({do: fc.constant('sweep' as const)})},
		{weight: 2, arbitrary: fc.record({do: fc.constant('give back' as const), which: fc.nat()})},
	);
	// Only the lower 32 bits of times are kept.
	const start = fc.tuple(
		fc.integer({min: 410, max: 420}),
		fc.integer({min: -40 * DAY, max: 40 * DAY}),
	);
	const rule = limit(1500, 30 * DAY, 'long');

	t.notThrows(() =>
		fc.assert(
			fc.property(start, fc.array(step, {maxLength: 40, size: 'max'}), ([epoch, off], steps) => {
				const opened = new OpenedLedger();
				let now = epoch * 2 ** 32 + off;
				let units: Array<{at: number; cost: number}> = [];
				const counted: unknown[][] = [];
				for (const each of steps) {
					units = units.filter(({at}) => now - at < rule.window);
					const used = units.reduce((sum, {cost}) => sum + cost, 0);
					opened.do(ledger => {
						if (each.do === 'count') {
							const verdict = ledger.admit(
								'a',
								[rule],
								{costs: [each.cost], returnable: true},
								now,
							);
							assert.equal(verdict.kind, used + each.cost <= rule.count ? 'admitted' : 'limited');
							if (verdict.kind === 'admitted') {
								const unit = {at: now, cost: each.cost};
								units.push(unit);
								counted.push([unit, verdict.counted]);
							}
						} else if (each.do === 'pass') {
							now += each.ms;
						} else if (each.do === 'sweep') {
							ledger.sweep(now, 1000);
							ledger.sweep(now, 1000);
						} else {
							const [unit, back] =
								counted.splice(each.which % Math.max(1, counted.length), 1)[0] ?? [];
							if (unit !== undefined) {
								ledger.giveBack('a', back as never, now);
								units = units.filter(other => other !== unit);
							}
						}

						const left = units.filter(({at}) => now - at < rule.window);
						const {quotas} = ledger.inspect('a', [rule], undefined, now);
						const expected = rule.count - left.reduce((sum, {cost}) => sum + cost, 0);
						assert.equal(quotas[0]?.remaining, expected);
						assert.equal(quotas[0]?.freesInMs, rule.window - (now - (left[0]?.at ?? now)));
					});
				}
			}),
			{numRuns: runs(60)},
		),
	);
});

test('a large limit takes no more than its times, and leaves no blocks when all are over', t => {
	const opened = new OpenedLedger();
	const rule = limit(100_000, DAY, 'large');
	for (let hour = 0; hour < 100; hour += 1) {
		opened.do(ledger => {
			for (let request = 0; request < 10; request += 1) {
				ledger.admit('a', [rule], {costs: [1000]}, hour * 3_600_000);
			}

			// Not all that has left the window is removed at once.
			ledger.sweep(hour * 3_600_000, 2000);
		});
	}

	t.true(opened.recordsIn(tables.blocks) <= 100_000 / 128 + 100);
	while (opened.do(ledger => ledger.sweep(200 * 3_600_000, 500))) {}
	t.is(opened.recordsIn(tables.blocks), 0);
});

import type {ExecutionContext} from 'ava';
import type {StoredBan} from '../../../source/stores/ban-records.ts';
import type {Inspection} from '../../../source/stores/inspection.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import type {Store} from '../../../source/stores/store.ts';
import type {Quota} from '../../../source/stores/verdict.ts';
import {
	admittedWith,
	ban,
	counted,
	DAY,
	escalating,
	fill,
	limit,
	limitedBy,
	type Promised,
	quota,
} from './promised.ts';

/** How a client stands that has neither a ban nor reports. */
function only(...quotas: Quota[]): Inspection {
	return {reports: 0, strike: 0, quotas};
}

function banned(endsInMs: number, rest: Partial<StoredBan> = {}): StoredBan {
	return {client: 'a', by: 'reports', endsInMs, ...rest};
}

/** Checks that the quotas of a client are those of its next request, which counts itself. */
async function foreseesAdmission(
	t: ExecutionContext,
	store: Store,
	rules: readonly Rule[],
): Promise<void> {
	const {quotas} = await store.inspect('a', rules, undefined);
	const expected = quotas.map(({rule, remaining, freesInMs}) =>
		quota(rule, remaining - 1, freesInMs),
	);

	t.deepEqual(await store.admit('a', rules, {}), admittedWith(...expected));
}

export function quotasInspected(promised: Promised): void {
	promised(
		'an inspection gives the quota under every rule, in the order of the rules',
		async (t, {store, pass}) => {
			const first = limit(5, 1000, 'first');
			const second = limit(2, 9000, 'second');
			const third = limit(1, 500, 'third');
			await fill(store, [second], 1);
			await pass(100);
			await fill(store, [first], 1);
			await pass(50);

			t.deepEqual(
				await store.inspect('a', [first, second, third], undefined),
				only(quota(first, 4, 950), quota(second, 1, 8850), quota(third, 1, 500)),
			);
			t.deepEqual(
				await store.inspect('a', [third, first], undefined),
				only(quota(third, 1, 500), quota(first, 4, 950)),
			);
		},
	);

	promised(
		'the quotas of an inspection are those of the next request, at any moment of the window',
		async (t, {store, pass}) => {
			const rules = [limit(9, 1000, 'long'), limit(4, 300, 'short')];
			for (const ms of [0, 0, 150, 149, 1, 150, 300, 99, 1, 700, 2000]) {
				await pass(ms);
				await foreseesAdmission(t, store, rules);
			}
		},
	);

	promised(
		'the quotas of an inspection are those of the next request after costs, give-backs and resets',
		async (t, {store, pass}) => {
			const rules = [limit(2000, 1000, 'large'), limit(50, 1500, 'small')];
			await counted(store, rules, {costs: [1200, 3]});
			await foreseesAdmission(t, store, rules);
			await pass(200);
			const places = await counted(store, rules, {costs: [700, 0]});
			await foreseesAdmission(t, store, rules);
			await pass(100);
			await store.giveBack('a', places);
			await foreseesAdmission(t, store, rules);
			await pass(700);
			await foreseesAdmission(t, store, rules);
			await store.giveBack('a', await counted(store, rules, {costs: [3, 3]}));
			await foreseesAdmission(t, store, rules);
			await store.reset('a');
			await foreseesAdmission(t, store, rules);
			await store.reset('a');
			t.deepEqual(
				(await store.inspect('a', rules, undefined)).quotas,
				rules.map(rule => quota(rule, rule.count, rule.window)),
			);
		},
	);

	promised(
		'of a full rule, an inspection gives the time until a request of cost 1 fits',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);
			await fill(store, [rule], 1);
			await pass(250);
			await fill(store, [rule], 1);
			await pass(5);

			t.deepEqual(await store.inspect('a', [rule], undefined), only(quota(rule, 0, 745)));
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 745)));
			await pass(744);
			t.deepEqual(await store.inspect('a', [rule], undefined), only(quota(rule, 0, 1)));
			await pass(1);
			t.deepEqual(await store.inspect('a', [rule], undefined), only(quota(rule, 1, 250)));
			await foreseesAdmission(t, store, [rule]);
		},
	);

	promised(
		'however many requests are counted late, what remains is never below 0',
		async (t, {store, pass}) => {
			const rule = limit(3, 1000);
			for (let late = 0; late < 8; late += 1) {
				await store.admit('a', [rule], {late: true, costs: [1 + (late % 4)]});
				await pass(10);
				const [seen] = (await store.inspect('a', [rule], undefined)).quotas;
				t.is(seen?.remaining, late === 0 ? 2 : 0, `${late}`);
				t.true(Number(seen?.freesInMs) <= 990, `${late}`);
			}

			await pass(989);
			t.is((await store.inspect('a', [rule], undefined)).quotas[0]?.remaining, 0);
			await pass(1);
			t.deepEqual(await store.inspect('a', [rule], undefined), only(quota(rule, 3, 1000)));
		},
	);

	promised('an inspection counts nothing, however often it is repeated', async (t, {store}) => {
		const rules = [limit(3, 1000), limit(1, 1000, 'strict')];
		const banRule = ban(2, 1000, 500);
		for (let time = 0; time < 100; time += 1) {
			await store.inspect('a', rules, banRule);
		}

		const whole = rules.map(rule => quota(rule, rule.count - 1, 1000));
		t.deepEqual(await store.admit('a', rules, {}), admittedWith(...whole));
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
	});

	promised('a client that was never seen has all its quotas', async (t, {store}) => {
		const rule = limit(3, 1000);
		await fill(store, [rule], 2, 'b');

		t.deepEqual(await store.inspect('a', [rule], ban(2, 1000, 500)), only(quota(rule, 3, 1000)));
		t.deepEqual(await store.inspect('a', [], undefined), only());
		t.deepEqual(await store.inspect('__proto__', [rule], undefined), only(quota(rule, 3, 1000)));
	});

	promised('a client can be inspected under hundreds of rules', async (t, {store, pass}) => {
		const rules = Array.from({length: 300}, (_, index) =>
			limit(5 + index * 10, 1000 + index, `${index}`),
		);
		await fill(store, rules, 2);
		await pass(100);
		await fill(store, rules.slice(100), 1);
		await pass(1000);

		t.deepEqual(
			await store.inspect('a', rules, undefined),
			only(
				...rules.map((rule, index) => {
					const left = index < 100 ? 0 : 1;
					const used = index > 100 ? 3 : left;
					return quota(rule, rule.count - used, expectedFree(index));
				}),
			),
		);

		/** Two requests 1,100 ms ago, and from the 100th rule on one 1,000 ms ago. */
		function expectedFree(index: number): number {
			if (index > 100) {
				return index - 100;
			}

			return index === 100 ? 100 : 1000 + index;
		}
	});

	promised(
		'what a `specific` with a key counts is inspected by that key',
		async (t, {store, pass}) => {
			const rule = limit(3, 1000, 'by account');
			await store.admit('specific-key:alice', [rule], {immune: true, requester: 'a'});
			await pass(10);

			const whole = only(quota(rule, 3, 1000));
			t.deepEqual(
				await store.inspect('specific-key:alice', [rule], undefined),
				only(quota(rule, 2, 990)),
			);
			t.deepEqual(await store.inspect('a', [rule], undefined), whole);
			await store.reset('specific-key:alice');
			t.deepEqual(await store.inspect('specific-key:alice', [rule], undefined), whole);
		},
	);
}

export function reportsInspected(promised: Promised): void {
	promised(
		'an inspection gives the reports within the window of the ban rule, with their weight',
		async (t, {store, pass}) => {
			const banRule = ban(9, 1000, 500);
			const reports = async () => (await store.inspect('a', [], banRule)).reports;
			t.is(await reports(), 0);
			await store.report('a', banRule, {weight: 3});
			await pass(400);
			await store.report('a', banRule, {weight: 2});
			t.is(await reports(), 5);
			t.is((await store.inspect('a', [], undefined)).reports, 0, 'without a ban rule');
			t.is((await store.inspect('a', [], ban(9, 1001, 500))).reports, 0, 'of another ban rule');
			t.is((await store.inspect('b', [], banRule)).reports, 0, 'of another client');

			await pass(599);
			t.is(await reports(), 5);
			await pass(1);
			t.is(await reports(), 2);
			await pass(400);
			t.is(await reports(), 0);
		},
	);

	promised('a ban, an unban and a reset end the reports of an inspection', async (t, {store}) => {
		const banRule = ban(3, 1000, 500);
		for (const end of [
			async () => store.reset('a'),
			async () => store.unban('a'),
			async () => store.ban('a', {duration: 100}),
		]) {
			await store.report('a', banRule, {weight: 2});
			t.is((await store.inspect('a', [], banRule)).reports, 2);
			await end();
			t.is((await store.inspect('a', [], banRule)).reports, 0);
		}
	});

	promised('requests and reports under one rule are inspected apart', async (t, {store}) => {
		const banRule = ban(5, 1000, 500);
		await fill(store, [banRule], 3);
		await store.report('a', banRule, {weight: 1});

		t.deepEqual(await store.inspect('a', [banRule], banRule), {
			...only(quota(banRule, 2, 1000)),
			reports: 1,
		});
	});
}

export function bansInspected(promised: Promised): void {
	promised('an inspection gives the ban in force, as it is listed', async (t, {store, pass}) => {
		const banRule = ban(2, 1000, 500);
		await store.report('a', banRule, {weight: 2, reason: 'a "login"\n'});
		await pass(499);
		t.deepEqual(await store.inspect('a', [], banRule), {
			...only(),
			ban: banned(1, {reason: 'a "login"\n'}),
		});
		t.deepEqual(await store.inspect('b', [], banRule), only());
		await pass(1);
		t.deepEqual(await store.inspect('a', [], banRule), only());
	});

	promised('an inspection gives bans by hand, even endless ones', async (t, {store, pass}) => {
		await store.ban('a', {duration: 60 * DAY});
		await pass(1);
		t.deepEqual((await store.inspect('a', [], undefined)).ban, banned(60 * DAY - 1, {by: 'hand'}));
		await store.ban('a', {duration: Infinity, reason: ''});
		await pass(DAY);
		t.deepEqual(
			(await store.inspect('a', [], undefined)).ban,
			banned(Infinity, {by: 'hand', reason: ''}),
		);
		await store.unban('a');
		t.deepEqual(await store.inspect('a', [], undefined), only());
	});

	promised('quotas are inspected during a ban, and after a reset during it', async (t, opened) => {
		const {store, pass} = opened;
		const rule = limit(3, 1000);
		await fill(store, [rule], 2);
		await store.ban('a', {duration: 5000});
		await pass(100);
		t.deepEqual(await store.inspect('a', [rule], ban(2, 1000, 500)), {
			...only(quota(rule, 1, 900)),
			ban: banned(4900, {by: 'hand'}),
		});
		await store.reset('a');
		t.deepEqual(await store.inspect('a', [rule], undefined), {
			...only(quota(rule, 3, 1000)),
			ban: banned(4900, {by: 'hand'}),
		});
	});

	promised(
		'an inspection gives how many bans by reports are remembered, as long as they are',
		async (t, {store, pass}) => {
			const banRule = escalating(1, 1000, [10, 50], 1000);
			await store.report('a', banRule, {weight: 1});
			t.deepEqual(await store.inspect('a', [], banRule), {
				...only(),
				ban: banned(10, {strike: 1}),
				strike: 1,
			});
			await pass(10);
			await store.report('a', banRule, {weight: 1, reason: 'again'});
			t.deepEqual(await store.inspect('a', [], banRule), {
				...only(),
				ban: banned(50, {strike: 2, reason: 'again'}),
				strike: 2,
			});
			await pass(50);
			t.deepEqual(await store.inspect('a', [], banRule), {...only(), strike: 2});
			await pass(999);
			t.is((await store.inspect('a', [], undefined)).strike, 2, 'whatever the ban rule');
			await pass(1);
			t.deepEqual(await store.inspect('a', [], banRule), only());
		},
	);

	promised(
		'strikes are inspected beside a ban by hand, which is none, and end with an unban',
		async (t, {store}) => {
			const banRule = escalating(1, 1000, [10, 50], 1000);
			await store.report('a', banRule, {weight: 1});
			await store.ban('a', {duration: 700});
			await store.reset('a');
			t.deepEqual(await store.inspect('a', [], banRule), {
				...only(),
				ban: banned(700, {by: 'hand'}),
				strike: 1,
			});
			await store.unban('a');
			t.deepEqual(await store.inspect('a', [], banRule), only());
		},
	);

	promised('a ban without escalation is no strike', async (t, {store}) => {
		await store.report('a', ban(1, 1000, 500), {weight: 1});

		t.deepEqual(await store.inspect('a', [], ban(1, 1000, 500)), {...only(), ban: banned(500)});
	});

	promised('the sibling is inspected apart', async (t, {store}) => {
		const rule = limit(2, 1000);
		const banRule = escalating(2, 1000, [500], 1000);
		const sibling = store.sibling();
		await fill(sibling, [rule], 1);
		await sibling.report('a', banRule, {weight: 2});

		t.deepEqual(await store.inspect('a', [rule], banRule), only(quota(rule, 2, 1000)));
		t.deepEqual(await sibling.inspect('a', [rule], banRule), {
			...only(quota(rule, 1, 1000)),
			ban: banned(500, {strike: 1}),
			strike: 1,
		});
	});
}

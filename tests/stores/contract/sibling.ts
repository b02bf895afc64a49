import {
	admittedWith,
	bannedBy,
	escalating,
	fill,
	kinds,
	limit,
	listed,
	type Promised,
	quota,
} from './promised.ts';

export function siblings(promised: Promised): void {
	promised(
		'a store has one sibling, which is shared with as many processes',
		async (t, {store}) => {
			const sibling = store.sibling();

			t.not(sibling, store);
			t.is(store.sibling(), sibling);
			t.is(sibling.shared, store.shared);
		},
	);

	promised('requests are counted apart from the sibling', async (t, {store}) => {
		const sibling = store.sibling();
		const rules = [limit(1, 1000)];
		await fill(store, rules, 1);
		t.deepEqual(await kinds(sibling, rules, 2), ['admitted', 'limited']);
		await sibling.reset('a');

		t.deepEqual(await kinds(store, rules, 1), ['limited']);
		t.deepEqual(await kinds(sibling, rules, 1), ['admitted']);
	});

	promised('bans, reports and strikes are kept apart from the sibling', async (t, opened) => {
		const {store, pass} = opened;
		const sibling = store.sibling();
		const banRule = escalating(2, 1000, [500, 600], 1000);
		await sibling.report('a', banRule, {weight: 1});
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
		await sibling.report('a', banRule, {weight: 1});
		await sibling.ban('b', {duration: 700});

		t.deepEqual(await sibling.admit('a', [], {}), bannedBy('reports', 500));
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		t.deepEqual(await listed(store), []);
		t.is((await listed(sibling)).length, 2);
		await store.unban('b');
		t.deepEqual(await sibling.admit('b', [], {}), bannedBy('hand', 700));
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 2,
			banEndsInMs: 500,
			begunForMs: 500,
			strike: 1,
		});
		await pass(500);
		t.is((await sibling.report('a', banRule, {weight: 2})).strike, 2);
	});

	promised('bans of ranges are kept apart from the sibling', async (t, {store}) => {
		const sibling = store.sibling();
		await sibling.banRange('10.0.0.0/8', {duration: 500});
		await store.banRange('192.0.2.0/24', {duration: 400});
		await store.unbanRange('10.0.0.0/8');

		t.deepEqual(await store.ranges(), [{client: '192.0.2.0/24', by: 'hand', endsInMs: 400}]);
		t.deepEqual(await sibling.ranges(), [{client: '10.0.0.0/8', by: 'hand', endsInMs: 500}]);
	});

	promised('what the sibling has counted is not given back here', async (t, {store}) => {
		const sibling = store.sibling();
		const rule = limit(1, 1000);
		const verdict = await sibling.admit('a', [rule], {returnable: true});
		const entries = verdict.kind === 'admitted' ? (verdict.counted ?? []) : [];
		await fill(store, [rule], 1, 'b');
		await store.giveBack('a', entries);
		t.is((await sibling.admit('a', [rule], {})).kind, 'limited');
		await sibling.giveBack('a', entries);

		t.deepEqual(await sibling.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('the sibling has the same clock', async (t, {store, pass}) => {
		const sibling = store.sibling();
		const rule = limit(1, 1000);
		await fill(sibling, [rule], 1);
		await pass(999);
		t.deepEqual(await kinds(sibling, [rule], 1), ['limited']);
		await pass(1);

		t.deepEqual(await kinds(sibling, [rule], 1), ['admitted']);
	});
}

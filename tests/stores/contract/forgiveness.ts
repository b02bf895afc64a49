import {admittedWith, ban, bannedBy, fill, kinds, limit, type Promised, quota} from './promised.ts';

export function forgiveness(promised: Promised): void {
	promised('unban ends a ban at once', async (t, {store}) => {
		await store.ban('a', {duration: Infinity});
		await store.report('b', ban(1, 1000, 500), {weight: 1});
		t.is((await store.admit('a', [], {})).kind, 'banned');
		t.is((await store.admit('b', [], {})).kind, 'banned');

		await store.unban('a');
		await store.unban('b');
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		t.deepEqual(await store.admit('b', [], {}), admittedWith());
	});

	promised('unban deletes the reports, but not the requests', async (t, {store}) => {
		const rule = limit(2, 1000);
		const banRule = ban(3, 1000, 500);
		await fill(store, [rule], 1);
		await store.report('a', banRule, {weight: 2});
		await store.unban('a');

		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('reset deletes the requests under every rule, and the reports', async (t, {store}) => {
		const rules = [limit(1, 1000, 'first'), limit(2, 1000, 'second')];
		const banRule = ban(3, 1000, 500);
		await fill(store, rules, 1);
		await store.report('a', banRule, {weight: 2});
		t.deepEqual(await kinds(store, rules, 1), ['limited']);
		await store.reset('a');

		t.deepEqual(await kinds(store, rules, 2), ['admitted', 'limited']);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
	});

	promised('reset does not change a ban', async (t, {store, pass}) => {
		await store.report('a', ban(1, 1000, 500), {weight: 1, reason: 'reported'});
		await pass(100);
		await store.reset('a');

		t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 400, 'reported'));
	});

	promised(
		'a client that the store does not know can be unbanned and reset',
		async (t, {store}) => {
			const rule = limit(1, 1000);
			await store.unban('a');
			await store.reset('a');

			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
		},
	);
}

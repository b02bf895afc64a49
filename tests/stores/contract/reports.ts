import {admittedWith, ban, limit, type Promised, quota} from './promised.ts';

export function reportsCounted(promised: Promised): void {
	promised(
		'reports within the window add up, even several at the same instant',
		async (t, {store, pass}) => {
			const banRule = ban(9, 1000, 500);

			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 2});
			await pass(400);
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 3});
		},
	);

	promised(
		'a report leaves the window exactly when it is one window old, and not 1 ms before',
		async (t, {store, pass}) => {
			const banRule = ban(9, 1000, 500);
			await store.report('a', banRule, {weight: 2});

			await pass(999);
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 3});
			await pass(1);
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 2});
		},
	);

	promised('a report counts with its weight as long as it is in the window', async (t, opened) => {
		const {store, pass} = opened;
		const banRule = ban(9, 1000, 500);

		t.deepEqual(await store.report('a', banRule, {weight: 3}), {reports: 3});
		await pass(100);
		t.deepEqual(await store.report('a', banRule, {weight: 2}), {reports: 5});
		await pass(900);
		t.deepEqual(await store.report('a', banRule, {weight: 4}), {reports: 6});
	});

	promised('reports under another ban rule are counted separately', async (t, {store}) => {
		await store.report('a', ban(3, 1000, 500), {weight: 2});

		t.deepEqual(await store.report('a', ban(4, 1000, 500), {weight: 1}), {reports: 1});
		t.deepEqual(await store.report('a', ban(3, 1001, 500), {weight: 1}), {reports: 1});
		t.deepEqual(await store.report('a', ban(3, 1000, 500, 'x'), {weight: 1}), {reports: 1});
	});

	promised(
		'equal ban rules share their reports, and the rule of the last report sets the duration',
		async (t, opened) => {
			const {store} = opened;
			await store.report('a', ban(3, 1000, 500), {weight: 2});

			t.deepEqual(await store.report('a', ban(3, 1000, 700), {weight: 1}), {
				reports: 3,
				banEndsInMs: 700,
				begunForMs: 700,
			});
		},
	);

	promised('reports do not limit requests', async (t, {store}) => {
		const rule = limit(1, 1000);
		await store.report('a', ban(3, 1000, 500), {weight: 2});

		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});
}

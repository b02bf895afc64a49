import {
	admittedWith,
	ban,
	bannedBy,
	DAY,
	fill,
	kinds,
	limit,
	type Promised,
	quota,
} from './promised.ts';

export function bansByReports(promised: Promised): void {
	promised(
		'a ban begins with the report that reaches the count, and not before',
		async (t, {store}) => {
			const banRule = ban(3, 1000, 500);
			await store.report('a', banRule, {weight: 1});
			await store.report('a', banRule, {weight: 1});

			t.deepEqual(await store.admit('a', [], {}), admittedWith());
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {
				reports: 3,
				banEndsInMs: 500,
				begunForMs: 500,
			});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 500));
		},
	);

	promised('a ban rule with a count of 1 bans with the first report', async (t, {store}) => {
		t.deepEqual(await store.report('a', ban(1, 1000, 500), {weight: 1}), {
			reports: 1,
			banEndsInMs: 500,
			begunForMs: 500,
		});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 500));
	});

	promised(
		'a weight above the count bans at once, and the outcome includes all of it',
		async (t, {store}) => {
			const banRule = ban(3, 1000, 500);
			await store.report('a', banRule, {weight: 2});

			t.deepEqual(await store.report('a', banRule, {weight: 7}), {
				reports: 9,
				banEndsInMs: 500,
				begunForMs: 500,
			});
			t.deepEqual(await store.report('b', banRule, {weight: Number.MAX_SAFE_INTEGER}), {
				reports: Number.MAX_SAFE_INTEGER,
				banEndsInMs: 500,
				begunForMs: 500,
			});
		},
	);

	promised(
		'a ban lasts its duration from the last report, to the millisecond',
		async (t, opened) => {
			const {store, pass} = opened;
			const banRule = ban(2, 1000, 500);
			await store.report('a', banRule, {weight: 1});
			await pass(300);
			await store.report('a', banRule, {weight: 1});

			await pass(499);
			t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 1));
			await pass(1);
			t.deepEqual(await store.admit('a', [], {}), admittedWith());
		},
	);

	promised('neither requests nor reports extend a ban', async (t, {store, pass}) => {
		const banRule = ban(1, 1000, 500);
		await store.report('a', banRule, {weight: 1, reason: 'first'});
		await pass(400);

		t.deepEqual(await store.admit('a', [limit(1, 1000)], {}), bannedBy('reports', 100, 'first'));
		t.deepEqual(await store.report('a', banRule, {weight: 9, reason: 'second'}), {
			reports: 0,
			banEndsInMs: 100,
		});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 100, 'first'));
		await pass(100);
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
	});

	promised('neither requests nor reports during a ban are counted', async (t, {store, pass}) => {
		const rule = limit(2, 9000);
		const banRule = ban(3, 9000, 500);
		await store.report('a', banRule, {weight: 3});
		t.deepEqual(await kinds(store, [rule], 5), Array(5).fill('banned'));
		await store.report('a', banRule, {weight: 2});
		await pass(500);

		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 9000)));
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
	});

	promised('requests counted before a ban still count after it', async (t, {store, pass}) => {
		const rule = limit(2, 1000);
		await fill(store, [rule], 1);
		await store.report('a', ban(1, 1000, 500), {weight: 1});
		await pass(500);

		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 500)));
	});

	promised(
		'a ban deletes the reports, so that a ban shorter than the window does not begin again by itself',
		async (t, opened) => {
			const {store, pass} = opened;
			const banRule = ban(3, 1000, 10);
			await store.report('a', banRule, {weight: 3});
			await pass(10);

			t.deepEqual(await store.admit('a', [], {}), admittedWith());
			t.deepEqual(await store.report('a', banRule, {weight: 2}), {reports: 2});
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {
				reports: 3,
				banEndsInMs: 10,
				begunForMs: 10,
			});
		},
	);

	promised('a ban leaves the reports under other ban rules', async (t, {store, pass}) => {
		const other = ban(3, 1000, 10, 'other');
		await store.report('a', other, {weight: 2});
		await store.report('a', ban(1, 1000, 10), {weight: 1});
		await pass(10);

		t.deepEqual(await store.report('a', other, {weight: 1}), {
			reports: 3,
			banEndsInMs: 10,
			begunForMs: 10,
		});
	});

	promised('a ban keeps the reason of the report that began it', async (t, {store}) => {
		const banRule = ban(2, 1000, 500);
		await store.report('a', banRule, {weight: 1, reason: 'the first'});
		await store.report('a', banRule, {weight: 1, reason: '"bad"\n\0 p\u00e4ssword'});
		await store.report('b', banRule, {weight: 1, reason: 'the first'});
		await store.report('b', banRule, {weight: 1});
		await store.report('c', banRule, {weight: 2, reason: ''});

		t.deepEqual(
			await store.admit('a', [], {}),
			bannedBy('reports', 500, '"bad"\n\0 p\u00e4ssword'),
		);
		t.deepEqual(await store.admit('b', [], {}), bannedBy('reports', 500));
		t.deepEqual(await store.admit('c', [], {}), bannedBy('reports', 500, ''));
	});

	promised('a ban rule can ban without end, or for 60 days', async (t, {store, pass}) => {
		t.deepEqual(await store.report('a', ban(1, 1000, Infinity), {weight: 1}), {
			reports: 1,
			banEndsInMs: Infinity,
			begunForMs: Infinity,
		});
		t.deepEqual(await store.report('b', ban(1, 1000, 60 * DAY), {weight: 1}), {
			reports: 1,
			banEndsInMs: 60 * DAY,
			begunForMs: 60 * DAY,
		});
		await pass(60 * DAY - 1);
		t.deepEqual(await store.report('a', ban(1, 1000, 500), {weight: 1}), {
			reports: 0,
			banEndsInMs: Infinity,
		});
		t.deepEqual(await store.admit('b', [], {}), bannedBy('reports', 1));
		await pass(1);
		t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', Infinity));
		t.deepEqual(await store.admit('b', [], {}), admittedWith());
	});
}

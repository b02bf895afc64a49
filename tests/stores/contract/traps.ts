import {ban, bannedBy, escalating, listed, type Promised} from './promised.ts';

export function traps(promised: Promised): void {
	promised(
		"a trap's ban leaves a manual ban as it is that ends later, or at the same time",
		async (t, opened) => {
			const {store, pass} = opened;
			await store.ban('a', {duration: 500, reason: 'first'});
			await pass(100);
			for (const duration of [399, 400]) {
				t.deepEqual(await store.ban('a', {duration, reason: 'second', isTrap: true}), {
					banEndsInMs: 400,
				});
			}

			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 400, 'first'));
			t.deepEqual(await store.ban('a', {duration: 401, reason: 'third', isTrap: true}), {
				banEndsInMs: 401,
			});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 401, 'third'));
		},
	);

	promised(
		"a trap's shorter ban leaves one by reports, with its strike and its reason",
		async (t, {store, pass}) => {
			const banRule = escalating(1, 1000, [500, 600], 1000);
			await store.report('a', banRule, {weight: 1, reason: 'login'});
			t.deepEqual(await store.ban('a', {duration: 400, isTrap: true}), {banEndsInMs: 500});
			t.deepEqual(await listed(store), [
				{client: 'a', by: 'reports', reason: 'login', endsInMs: 500, strike: 1},
			]);
			t.deepEqual(await store.ban('a', {duration: 501, isTrap: true}), {banEndsInMs: 501});
			t.deepEqual(await listed(store), [{client: 'a', by: 'hand', endsInMs: 501}]);
			await pass(501);

			t.deepEqual(await store.report('a', banRule, {weight: 1}), {
				reports: 1,
				banEndsInMs: 600,
				begunForMs: 600,
				strike: 2,
			});
		},
	);

	promised(
		"a trap's endless ban replaces a shorter one, and leaves an endless one",
		async (t, {store}) => {
			await store.ban('a', {duration: 500});
			t.deepEqual(await store.ban('a', {duration: Infinity, isTrap: true}), {
				banEndsInMs: Infinity,
			});
			t.deepEqual(await store.ban('a', {duration: Infinity, reason: 'again', isTrap: true}), {
				banEndsInMs: Infinity,
			});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', Infinity));
		},
	);

	promised("a trap's ban takes the place of a ban that has ended", async (t, {store, pass}) => {
		await store.ban('a', {duration: 500, reason: 'first'});
		await pass(500);
		t.deepEqual(await store.ban('a', {duration: 20, isTrap: true}), {banEndsInMs: 20});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 20));
	});

	promised("a trap's ban leaves the reports as they are", async (t, {store, pass}) => {
		const banRule = ban(3, 1000, 500);
		await store.report('a', banRule, {weight: 2});
		await store.ban('a', {duration: 10, isTrap: true});
		await pass(10);

		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 3,
			banEndsInMs: 500,
			begunForMs: 500,
		});
	});

	promised("reports during a trap's ban count, and can begin a longer ban", async (t, opened) => {
		const {store, pass} = opened;
		const banRule = escalating(3, 1000, [500, 600], 1000);
		await store.ban('a', {duration: 100, reason: 'trap', isTrap: true});
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 100,
		});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', reason: 'trap', endsInMs: 100}]);
		t.is((await store.inspect('a', [], banRule)).reports, 1);
		await pass(10);
		t.deepEqual(await store.report('a', banRule, {weight: 2, reason: 'login'}), {
			reports: 3,
			banEndsInMs: 500,
			begunForMs: 500,
			strike: 1,
		});
		t.deepEqual(await listed(store), [
			{client: 'a', by: 'reports', reason: 'login', endsInMs: 500, strike: 1},
		]);
		t.deepEqual(await store.report('a', banRule, {weight: 3}), {reports: 0, banEndsInMs: 500});
	});

	promised(
		"a ban by reports that ends before a trap's leaves it in force, and is a strike once",
		async (t, {store, pass}) => {
			const banRule = escalating(1, 1000, [50, 300], 1000);
			const trap = [{client: 'a', by: 'hand', reason: 'a trap of 9', endsInMs: 100}] as const;
			await store.ban('a', {duration: 100, reason: 'a trap of 9', isTrap: true});
			t.deepEqual(await store.report('a', banRule, {weight: 1, reason: 'login'}), {
				reports: 1,
				banEndsInMs: 100,
				begunForMs: 50,
				strike: 1,
			});
			t.deepEqual(await listed(store), trap);
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 100, 'a trap of 9'));
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 0, banEndsInMs: 100});
			await pass(50);
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {
				reports: 1,
				banEndsInMs: 300,
				begunForMs: 300,
				strike: 2,
			});
			t.deepEqual(await listed(store), [{client: 'a', by: 'reports', endsInMs: 300, strike: 2}]);
		},
	);

	promised(
		"a ban by reports that ends when a trap's does leaves it in force",
		async (t, {store}) => {
			await store.ban('a', {duration: 100, isTrap: true});
			await store.report('a', ban(1, 1000, 100), {weight: 1});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 100));
		},
	);

	promised(
		"no report counts while a trap's ban hides one by reports, also after a reset",
		async (t, {store, pass}) => {
			const banRule = ban(1, 1000, 50);
			await store.report('a', banRule, {weight: 1});
			for (const duration of [100, 110]) {
				await store.ban('a', {duration, isTrap: true});
				await store.reset('a');
				t.deepEqual(await store.report('a', banRule, {weight: 1}), {
					reports: 0,
					banEndsInMs: duration,
				});
			}

			await pass(50);
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {
				reports: 1,
				banEndsInMs: 60,
				begunForMs: 50,
			});
		},
	);

	promised(
		"no report counts during an operator's ban that a trap makes longer",
		async (t, opened) => {
			const {store} = opened;
			await store.ban('a', {duration: 10});
			await store.ban('a', {duration: 100, isTrap: true});
			t.deepEqual(await store.report('a', ban(1, 1000, 500), {weight: 1}), {
				reports: 0,
				banEndsInMs: 100,
			});
		},
	);

	promised("an operator ends a trap's ban and what stands behind it", async (t, {store}) => {
		const banRule = ban(1, 1000, 50);
		await store.ban('a', {duration: 100, isTrap: true});
		await store.report('a', banRule, {weight: 1});
		await store.unban('a');
		t.deepEqual(await listed(store), []);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 50,
			begunForMs: 50,
		});

		await store.ban('a', {duration: 100, isTrap: true});
		await store.ban('a', {duration: 20});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', endsInMs: 20}]);
	});
}

import {ban, bannedBy, escalating, listed, type Promised} from './promised.ts';

export function longerBans(promised: Promised): void {
	promised('ban() returns when the ban ends', async (t, {store}) => {
		t.deepEqual(await store.ban('a', {duration: 500}), {banEndsInMs: 500});
		t.deepEqual(await store.ban('a', {duration: 20}), {banEndsInMs: 20});
		t.deepEqual(await store.ban('a', {duration: Infinity}), {banEndsInMs: Infinity});
	});

	promised(
		'under `keepsLonger`, a manual ban that ends later, or at the same time, stays as it is',
		async (t, opened) => {
			const {store, pass} = opened;
			await store.ban('a', {duration: 500, reason: 'first'});
			await pass(100);
			for (const duration of [399, 400]) {
				t.deepEqual(await store.ban('a', {duration, reason: 'second', keepsLonger: true}), {
					banEndsInMs: 400,
				});
			}

			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 400, 'first'));
			t.deepEqual(await store.ban('a', {duration: 401, reason: 'third', keepsLonger: true}), {
				banEndsInMs: 401,
			});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 401, 'third'));
		},
	);

	promised('a ban by reports is kept with its strike and its reason', async (t, {store, pass}) => {
		const banRule = escalating(1, 1000, [500, 600], 1000);
		await store.report('a', banRule, {weight: 1, reason: 'login'});
		t.deepEqual(await store.ban('a', {duration: 400, keepsLonger: true}), {banEndsInMs: 500});
		t.deepEqual(await listed(store), [
			{client: 'a', by: 'reports', reason: 'login', endsInMs: 500, strike: 1},
		]);
		t.deepEqual(await store.ban('a', {duration: 501, keepsLonger: true}), {banEndsInMs: 501});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', endsInMs: 501}]);
		await pass(501);

		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 600,
			begunForMs: 600,
			strike: 2,
		});
	});

	promised('an endless ban is kept, and replaces any other', async (t, {store}) => {
		await store.ban('a', {duration: 500});
		t.deepEqual(await store.ban('a', {duration: Infinity, keepsLonger: true}), {
			banEndsInMs: Infinity,
		});
		t.deepEqual(await store.ban('a', {duration: Infinity, reason: 'again', keepsLonger: true}), {
			banEndsInMs: Infinity,
		});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', Infinity));
	});

	promised('under `keepsLonger`, a ban that has ended is not kept', async (t, {store, pass}) => {
		await store.ban('a', {duration: 500, reason: 'first'});
		await pass(500);
		t.deepEqual(await store.ban('a', {duration: 20, keepsLonger: true}), {banEndsInMs: 20});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 20));
	});

	promised(
		'a new ban under `keepsLonger` leaves the reports as they are',
		async (t, {store, pass}) => {
			const banRule = ban(3, 1000, 500);
			await store.report('a', banRule, {weight: 2});
			await store.ban('a', {duration: 10, keepsLonger: true});
			await pass(10);

			t.deepEqual(await store.report('a', banRule, {weight: 1}), {
				reports: 3,
				banEndsInMs: 500,
				begunForMs: 500,
			});
		},
	);

	promised("reports during a trap's ban count, and can begin a longer ban", async (t, opened) => {
		const {store, pass} = opened;
		const banRule = escalating(3, 1000, [500, 600], 1000);
		await store.ban('a', {duration: 100, reason: 'trap', keepsLonger: true});
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 100,
		});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', reason: 'trap', endsInMs: 100}]);
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
			await store.ban('a', {duration: 100, reason: 'a trap of 9', keepsLonger: true});
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
			await store.ban('a', {duration: 100, keepsLonger: true});
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
				await store.ban('a', {duration, keepsLonger: true});
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
			await store.ban('a', {duration: 100, keepsLonger: true});
			t.deepEqual(await store.report('a', ban(1, 1000, 500), {weight: 1}), {
				reports: 0,
				banEndsInMs: 100,
			});
		},
	);

	promised("an operator ends a trap's ban and what stands behind it", async (t, {store}) => {
		const banRule = ban(1, 1000, 50);
		await store.ban('a', {duration: 100, keepsLonger: true});
		await store.report('a', banRule, {weight: 1});
		await store.unban('a');
		t.deepEqual(await listed(store), []);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 50,
			begunForMs: 50,
		});

		await store.ban('a', {duration: 100, keepsLonger: true});
		await store.ban('a', {duration: 20});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', endsInMs: 20}]);
	});

	promised('without `keepsLonger`, a shorter ban replaces a longer one', async (t, {store}) => {
		await store.ban('a', {duration: 500});
		t.deepEqual(await store.ban('a', {duration: 20, keepsLonger: false}), {banEndsInMs: 20});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', endsInMs: 20}]);
	});
}

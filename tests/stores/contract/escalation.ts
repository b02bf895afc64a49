import type {SettledBanRule} from '../../../source/stores/rule.ts';
import {
	ban,
	bannedBy,
	DAY,
	escalating,
	listed,
	type OpenedStore,
	type Promised,
} from './promised.ts';

/** Bans last 10, 50 and 200 ms, and are remembered for a second after the end of the last one. */
const banRule = escalating(1, 1000, [10, 50, 200], 1000);

/** Begins a ban by a report, and lets it end. Returns how long it was, and which. */
async function strike(
	{store, pass}: OpenedStore,
	rule: SettledBanRule = banRule,
): Promise<[number, number | undefined]> {
	const {banEndsInMs = Number.NaN, strike} = await store.report('a', rule, {weight: rule.count});
	await pass(banEndsInMs);
	return [banEndsInMs, strike];
}

export function escalation(promised: Promised): void {
	promised(
		'under escalation, each ban lasts the next duration, and all further ones the last',
		async (t, opened) => {
			const seen = [];
			for (let round = 0; round < 5; round += 1) {
				seen.push(await strike(opened));
			}

			t.deepEqual(seen, [
				[10, 1],
				[50, 2],
				[200, 3],
				[200, 4],
				[200, 5],
			]);
		},
	);

	promised(
		'the outcome of the report that begins a ban names the strike, and so does the list',
		async (t, opened) => {
			const {store, pass} = opened;
			const three = escalating(3, 1000, [10, 50], 1000);
			t.deepEqual(await store.report('a', three, {weight: 2}), {reports: 2});
			t.deepEqual(await store.report('a', three, {weight: 1, reason: 'login'}), {
				reports: 3,
				banEndsInMs: 10,
				begunForMs: 10,
				strike: 1,
			});
			t.deepEqual(await listed(store), [
				{client: 'a', by: 'reports', reason: 'login', endsInMs: 10, strike: 1},
			]);
			t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 10, 'login'));
			await pass(10);
			t.deepEqual(await store.report('a', three, {weight: 3}), {
				reports: 3,
				banEndsInMs: 50,
				begunForMs: 50,
				strike: 2,
			});
			t.deepEqual(await listed(store), [{client: 'a', by: 'reports', endsInMs: 50, strike: 2}]);
			t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 50));
			await pass(49);
			t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 1));
			await pass(1);
			t.is((await store.admit('a', [], {})).kind, 'admitted');
		},
	);

	promised('reports during a ban begin no further one', async (t, opened) => {
		const {store, pass} = opened;
		await store.report('a', banRule, {weight: 1});
		t.deepEqual(await store.report('a', banRule, {weight: 9}), {reports: 0, banEndsInMs: 10});
		await pass(10);

		t.deepEqual(await strike(opened), [50, 2]);
	});

	promised('each client has its own strikes', async (t, opened) => {
		const {store} = opened;
		await strike(opened);
		await strike(opened);

		t.deepEqual(await store.report('b', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 10,
			begunForMs: 10,
			strike: 1,
		});
	});

	promised(
		'earlier bans are forgotten one `forgetAfter` after the end of the last, and not 1 ms before',
		async (t, opened) => {
			const {pass} = opened;
			await strike(opened);
			await pass(999);
			t.deepEqual(await strike(opened), [50, 2]);
			await pass(999);
			t.deepEqual(await strike(opened), [200, 3]);
			await pass(1000);
			t.deepEqual(await strike(opened), [10, 1]);
		},
	);

	promised('bans are remembered for a year', async (t, opened) => {
		const yearly = escalating(1, 1000, [DAY, 400 * DAY], 365 * DAY);
		await strike(opened, yearly);
		await opened.pass(365 * DAY - 1);
		t.deepEqual(await strike(opened, yearly), [400 * DAY, 2]);
		await opened.pass(365 * DAY);
		t.deepEqual(await strike(opened, yearly), [DAY, 1]);
	});

	promised('a ban under escalation can be without end', async (t, opened) => {
		const {store, pass} = opened;
		const rule = escalating(1, 1000, [10, Infinity], 1000);
		await strike(opened, rule);
		t.deepEqual(await store.report('a', rule, {weight: 1}), {
			reports: 1,
			banEndsInMs: Infinity,
			begunForMs: Infinity,
			strike: 2,
		});
		await pass(4000 * DAY);

		t.deepEqual(await listed(store), [{client: 'a', by: 'reports', endsInMs: Infinity, strike: 2}]);
		// An operator's ban takes the place of the endless one, which is remembered without end.
		await store.ban('a', {duration: 10});
		await pass(4000 * DAY);
		t.deepEqual(await store.report('a', escalating(1, 1000, [10, 50, 200], 1000), {weight: 1}), {
			reports: 1,
			banEndsInMs: 200,
			begunForMs: 200,
			strike: 3,
		});
	});

	promised('equal ban rules share their reports, whatever their escalation', async (t, opened) => {
		const {store} = opened;
		await store.report('a', ban(2, 1000, 500), {weight: 1});

		t.deepEqual(await store.report('a', escalating(2, 1000, [10, 50], 1000), {weight: 1}), {
			reports: 2,
			banEndsInMs: 10,
			begunForMs: 10,
			strike: 1,
		});
	});
}

export function strikesKept(promised: Promised): void {
	promised('unban forgets the earlier bans', async (t, opened) => {
		await strike(opened);
		await strike(opened);
		await opened.store.unban('b');
		t.deepEqual(await strike(opened), [200, 3]);
		await opened.store.unban('a');

		t.deepEqual(await strike(opened), [10, 1]);
	});

	promised('reset keeps the earlier bans', async (t, opened) => {
		await strike(opened);
		await opened.store.reset('a');

		t.deepEqual(await strike(opened), [50, 2]);
	});

	promised('a manual ban neither counts nor climbs, and forgets nothing', async (t, opened) => {
		const {store, pass} = opened;
		await strike(opened);
		await store.ban('a', {duration: 20});
		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', endsInMs: 20}]);
		await pass(20);
		t.deepEqual(await strike(opened), [50, 2]);

		// In place of a ban by reports: that one stays remembered from its own end.
		await store.report('a', banRule, {weight: 1});
		await store.ban('a', {duration: 1});
		await pass(1199);
		t.deepEqual(await strike(opened), [200, 4]);
		await store.report('a', banRule, {weight: 1});
		await store.ban('a', {duration: 1});
		await pass(1200);
		t.deepEqual(await strike(opened), [10, 1]);
	});

	promised('a ban under a rule without escalation is no strike', async (t, opened) => {
		const {store} = opened;
		const plain = ban(1, 1000, 30, 'plain');
		await strike(opened);
		t.deepEqual(await store.report('a', plain, {weight: 1}), {
			reports: 1,
			banEndsInMs: 30,
			begunForMs: 30,
		});
		t.deepEqual(await listed(store), [{client: 'a', by: 'reports', endsInMs: 30}]);
		await opened.pass(30);

		t.deepEqual(await strike(opened), [50, 2]);
	});

	promised(
		'ban rules share the strikes of a client, and the last ban decides',
		async (t, opened) => {
			const other = escalating(1, 1000, [7, 8, 9], 300, 'other');
			await strike(opened);
			t.deepEqual(await strike(opened, other), [8, 2]);
			await opened.pass(299);
			t.deepEqual(await strike(opened), [200, 3]);
			t.deepEqual(await strike(opened, other), [9, 4]);
			await opened.pass(300);
			t.deepEqual(await strike(opened), [10, 1]);
		},
	);
}

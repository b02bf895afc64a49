import {admittedWith, fill, limit, limitedBy, type Promised, quota} from './promised.ts';

export function lateCounts(promised: Promised): void {
	promised('a late request with room is admitted and counted', async (t, {store}) => {
		const rule = limit(2, 1000);

		t.deepEqual(await store.admit('a', [rule], {late: true}), admittedWith(quota(rule, 1, 1000)));
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});

	promised(
		'a late request without room is counted too: the last `count` times decide from then on',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);
			await fill(store, [rule], 1);
			await pass(100);
			await fill(store, [rule], 1);
			await pass(100);

			t.is((await store.admit('a', [rule], {late: true})).kind, 'limited');
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 900)));
			await pass(899);
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 100)));
		},
	);

	promised(
		'a late refusal includes the time until another request would be admitted, and counts itself',
		async (t, opened) => {
			const {store, pass} = opened;
			const rule = limit(2, 1000);
			await fill(store, [rule], 1);
			await pass(100);
			await fill(store, [rule], 1);
			await pass(100);

			t.deepEqual(await store.admit('a', [rule], {late: true}), limitedBy(quota(rule, 0, 900)));
		},
	);

	promised(
		'a late request is counted by every rule, and the verdict lists the full ones',
		async (t, {store, pass}) => {
			const full = limit(1, 1000, 'full');
			const roomy = limit(3, 1000, 'roomy');
			const last = limit(2, 1000, 'last');
			const rules = [full, roomy, last];
			await fill(store, rules, 1);
			await pass(10);

			t.deepEqual(await store.admit('a', rules, {late: true}), limitedBy(quota(full, 0, 1000)));
			t.deepEqual(await store.admit('a', [roomy], {}), admittedWith(quota(roomy, 0, 990)));
			t.deepEqual(
				await store.admit('a', rules, {}),
				limitedBy(quota(full, 0, 1000), quota(roomy, 0, 990), quota(last, 0, 990)),
			);
		},
	);

	promised(
		'late requests have left the window one window after the last, however many there were',
		async (t, opened) => {
			const {store, pass} = opened;
			const rule = limit(2, 1000);
			for (let late = 0; late < 100; late += 1) {
				await store.admit('a', [rule], {late: true});
				await pass(1);
			}

			await pass(997);
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 999)));
		},
	);

	promised('a late request during a ban is not counted', async (t, {store}) => {
		const rule = limit(2, 1000);
		await store.ban('a', {duration: 500});

		t.deepEqual(await store.admit('a', [rule], {late: true}), {
			kind: 'banned',
			by: 'hand',
			endsInMs: 500,
		});
		await store.unban('a');
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 1000)));
	});
}

export function peeks(promised: Promised): void {
	promised(
		'a peek returns the verdict that a request would get, and counts nothing',
		async (t, {store, pass}) => {
			const rules = [limit(2, 1000), limit(1, 500, 'other')];
			const peek = async (client = 'a', immune = false) =>
				(await store.admit(client, rules, {peek: true, immune})).kind;

			for (let round = 0; round < 5; round += 1) {
				t.is(await peek(), 'admitted');
			}

			t.deepEqual(
				await store.admit('a', rules, {}),
				admittedWith(...rules.map(rule => quota(rule, rule.count - 1, rule.window))),
			);
			t.is(await peek(), 'limited');
			await pass(500);
			t.is(await peek(), 'admitted');
			await store.ban('a', {duration: 200});
			t.is(await peek(), 'banned');
			t.is(await peek('a', true), 'admitted');
			await pass(200);
			t.is(await peek(), 'admitted');
			t.is((await store.admit('a', rules, {})).kind, 'admitted');
		},
	);

	promised('a peek without rules returns whether the client is banned', async (t, {store}) => {
		t.is((await store.admit('a', [], {peek: true})).kind, 'admitted');
		await store.ban('a', {duration: 200});
		t.is((await store.admit('a', [], {peek: true})).kind, 'banned');
	});
}

export function immunity(promised: Promised): void {
	promised(
		'no ban refuses an immune request, but the rules count and limit it',
		async (t, {store}) => {
			const rule = limit(2, 1000);
			await store.ban('a', {duration: Infinity});

			t.deepEqual(
				await store.admit('a', [rule], {immune: true}),
				admittedWith(quota(rule, 1, 1000)),
			);
			t.deepEqual(
				await store.admit('a', [rule], {immune: true}),
				admittedWith(quota(rule, 0, 1000)),
			);
			t.deepEqual(await store.admit('a', [rule], {immune: true}), limitedBy(quota(rule, 0, 1000)));
			t.is((await store.admit('a', [rule], {})).kind, 'banned');
		},
	);

	promised('an immune request without rules is admitted', async (t, {store}) => {
		await store.ban('a', {duration: 500});

		t.deepEqual(await store.admit('a', [], {immune: true}), admittedWith());
	});

	promised('an immune late request is counted during a ban', async (t, {store}) => {
		const rule = limit(1, 1000);
		await store.ban('a', {duration: 500});
		await store.admit('a', [rule], {immune: true, late: true});
		await store.unban('a');

		t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1000)));
	});
}

import {admittedWith, fill, limit, limitedBy, type Promised, quota} from './promised.ts';

export function quotasReturned(promised: Promised): void {
	promised(
		'the verdict on an admitted request includes what remains after it, and when the next slot frees up',
		async (t, {store, pass}) => {
			const rule = limit(3, 1000);

			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 2, 1000)));
			await pass(300);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 700)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 699)));
			await pass(699);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 300)));
		},
	);

	promised(
		'the verdict on a refused request includes when a slot frees up: to wait that long is enough, and 1 ms less is not',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);
			await fill(store, [rule], 1);
			await pass(250);
			await fill(store, [rule], 1);
			await pass(5);

			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 745)));
			await pass(744);
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 250)));
		},
	);

	promised('a quota can be as large as a rule can allow', async (t, {store}) => {
		const rule = limit(1_000_000, 1000);
		await fill(store, [rule], 20);

		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 999_979, 1000)));
	});
}

export function severalRules(promised: Promised): void {
	promised(
		'every rule counts the request, and the quotas are in the order of the rules',
		async (t, {store, pass}) => {
			const first = limit(5, 1000, 'first');
			const second = limit(2, 9000, 'second');
			await fill(store, [second], 1);
			await pass(100);

			t.deepEqual(
				await store.admit('a', [first, second], {}),
				admittedWith(quota(first, 4, 1000), quota(second, 0, 8900)),
			);
		},
	);

	promised('a request that one rule refuses is counted by no rule', async (t, {store}) => {
		const loose = limit(5, 1000, 'loose');
		const strict = limit(1, 1000, 'strict');
		const looser = limit(6, 1000, 'looser');
		const rules = [loose, strict, looser];
		await fill(store, rules, 1);

		t.deepEqual(await store.admit('a', rules, {}), limitedBy(quota(strict, 0, 1000)));
		t.deepEqual(
			await store.admit('a', [loose, looser], {}),
			admittedWith(quota(loose, 3, 1000), quota(looser, 4, 1000)),
		);
	});

	promised(
		'the verdict on a refused request lists every full rule with its own time, and no other rule',
		async (t, opened) => {
			const {store, pass} = opened;
			const short = limit(1, 1000, 'short');
			const roomy = limit(9, 500, 'roomy');
			const long = limit(2, 3000, 'long');
			const rules = [short, roomy, long];
			await fill(store, [long], 1);
			await pass(100);
			await fill(store, rules, 1);
			await pass(50);

			t.deepEqual(
				await store.admit('a', rules, {}),
				limitedBy(quota(short, 0, 950), quota(long, 0, 2850)),
			);
			await pass(950);
			t.deepEqual(await store.admit('a', rules, {}), limitedBy(quota(long, 0, 1900)));
			await pass(1900);
			t.deepEqual(
				await store.admit('a', rules, {}),
				admittedWith(quota(short, 0, 1000), quota(roomy, 8, 500), quota(long, 0, 100)),
			);
		},
	);

	promised('a rule counts the same, whichever other rules a request has', async (t, {store}) => {
		const shared = limit(3, 1000, 'shared');
		const other = limit(9, 1000, 'other');
		await fill(store, [shared], 1);
		await fill(store, [other, shared], 1);

		t.deepEqual(await store.admit('a', [shared], {}), admittedWith(quota(shared, 0, 1000)));
		t.deepEqual(await store.admit('a', [other], {}), admittedWith(quota(other, 7, 1000)));
	});
}

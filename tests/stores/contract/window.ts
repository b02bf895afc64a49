import {admittedWith, DAY, fill, kinds, limit, type Promised, quota} from './promised.ts';

export function slidingWindow(promised: Promised): void {
	promised('a rule admits as many requests as its count, and no more', async (t, {store}) => {
		const rules = [limit(3, 1000)];

		t.deepEqual(await kinds(store, rules, 5), [
			'admitted',
			'admitted',
			'admitted',
			'limited',
			'limited',
		]);
	});

	promised(
		'a request leaves the window exactly when it is one window old, and not 1 ms before',
		async (t, {store, pass}) => {
			const rules = [limit(1, 1000)];

			t.deepEqual(await kinds(store, rules, 1), ['admitted']);
			await pass(999);
			t.deepEqual(await kinds(store, rules, 1), ['limited']);
			await pass(1);
			t.deepEqual(await kinds(store, rules, 2), ['admitted', 'limited']);
		},
	);

	promised('each request leaves the window on its own', async (t, {store, pass}) => {
		const rules = [limit(2, 1000)];
		await fill(store, rules, 1);
		await pass(400);
		await fill(store, rules, 1);

		await pass(600);
		t.deepEqual(await kinds(store, rules, 2), ['admitted', 'limited']);
		await pass(399);
		t.deepEqual(await kinds(store, rules, 1), ['limited']);
		await pass(1);
		t.deepEqual(await kinds(store, rules, 2), ['admitted', 'limited']);
	});

	promised('requests of the same instant leave the window together', async (t, {store, pass}) => {
		const rules = [limit(3, 1000)];
		await fill(store, rules, 3);
		await pass(1000);

		t.deepEqual(await kinds(store, rules, 4), ['admitted', 'admitted', 'admitted', 'limited']);
	});

	promised('a refused request is not counted', async (t, {store, pass}) => {
		const rules = [limit(1, 100)];
		await fill(store, rules, 1);
		for (let waited = 1; waited < 100; waited += 1) {
			await pass(1);
			t.deepEqual(await kinds(store, rules, 1), ['limited']);
		}

		await pass(1);
		t.deepEqual(await kinds(store, rules, 1), ['admitted']);
	});

	promised('a window of 45 days is exact to the millisecond', async (t, {store, pass}) => {
		const rules = [limit(1, 45 * DAY)];
		await fill(store, rules, 1);

		await pass(45 * DAY - 1);
		t.deepEqual(await kinds(store, rules, 1), ['limited']);
		await pass(1);
		t.deepEqual(await kinds(store, rules, 1), ['admitted']);
	});

	promised(
		'a client that returns after a very long time has its whole quota',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);
			await fill(store, [rule], 2);
			await pass(400 * DAY);

			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 1000)));
		},
	);
}

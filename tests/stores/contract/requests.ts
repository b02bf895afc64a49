import {
	admittedWith,
	ban,
	DAY,
	fill,
	kinds,
	limit,
	limitedBy,
	type Promised,
	quota,
} from './promised.ts';

export function slidingWindow(promised: Promised): void {
	promised('as many requests as a rule counts are admitted, and no more', async (t, {store}) => {
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
		'a request exactly one window old has left the window, 1 ms before it has not',
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

	promised('requests of one instant leave the window together', async (t, {store, pass}) => {
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
		'a client that was away for very long finds its quota whole',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);
			await fill(store, [rule], 2);
			await pass(400 * DAY);

			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 1000)));
		},
	);
}

export function quotasTold(promised: Promised): void {
	promised(
		'an admitted request is told what remains, itself counted, and when the next slot frees',
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
		'a refused request is told when a slot frees: waiting is enough, 1 ms less is not',
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

	promised('a quota can be as large as rules allow', async (t, {store}) => {
		const rule = limit(1_000_000, 1000);
		await fill(store, [rule], 20);

		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 999_979, 1000)));
	});
}

export function severalRules(promised: Promised): void {
	promised('every rule asked counts, and is told in the order asked', async (t, {store, pass}) => {
		const first = limit(5, 1000, 'first');
		const second = limit(2, 9000, 'second');
		await fill(store, [second], 1);
		await pass(100);

		t.deepEqual(
			await store.admit('a', [first, second], {}),
			admittedWith(quota(first, 4, 1000), quota(second, 0, 8900)),
		);
	});

	promised('a request that one rule refuses is counted by none', async (t, {store}) => {
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

	promised('every full rule is told, each with its own time, and no other', async (t, opened) => {
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
	});

	promised('a rule counts on, whichever rules stand beside it', async (t, {store}) => {
		const shared = limit(3, 1000, 'shared');
		const other = limit(9, 1000, 'other');
		await fill(store, [shared], 1);
		await fill(store, [other, shared], 1);

		t.deepEqual(await store.admit('a', [shared], {}), admittedWith(quota(shared, 0, 1000)));
		t.deepEqual(await store.admit('a', [other], {}), admittedWith(quota(other, 7, 1000)));
	});
}

export function atOnce(promised: Promised): void {
	promised('of 200 requests at once under a limit of 100, 100 are admitted', async (t, {store}) => {
		const rules = [limit(100, 1000), limit(150, 1000, 'looser')];
		const verdicts = await Promise.all(
			Array.from({length: 200}, async () => store.admit('a', rules, {})),
		);

		t.is(verdicts.filter(({kind}) => kind === 'admitted').length, 100);
		t.is(verdicts.filter(({kind}) => kind === 'limited').length, 100);
		t.deepEqual(
			verdicts
				.flatMap(verdict => (verdict.kind === 'admitted' ? verdict.quotas.slice(0, 1) : []))
				.map(({remaining}) => remaining)
				.sort((one, other) => one - other),
			Array.from({length: 100}, (_, left) => left),
		);
	});

	promised('of 50 reports at once exactly one begins the ban', async (t, {store}) => {
		const banRule = ban(20, 1000, 500);
		const outcomes = await Promise.all(
			Array.from({length: 50}, async () => store.report('a', banRule, {weight: 1})),
		);

		t.is(outcomes.filter(({banEndsInMs}) => banEndsInMs === undefined).length, 19);
		t.is(outcomes.filter(({reports}) => reports === 20).length, 1);
		t.is(outcomes.filter(({reports}) => reports === 0).length, 30);
	});

	promised('a store says whether it is shared, and can be closed', async (t, {store}) => {
		await fill(store, [limit(1, 1000)], 1);
		await store.ban('a', {duration: Infinity});

		t.is(typeof store.shared, 'boolean');
		await t.notThrowsAsync(async () => store.close());
	});
}

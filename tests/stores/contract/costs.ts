import {admittedWith, bannedBy, fill, limit, limitedBy, type Promised, quota} from './promised.ts';

export function costsCounted(promised: Promised): void {
	promised(
		'a request counts for what it costs under each rule, in the order of the rules',
		async (t, {store, pass}) => {
			const rules = [limit(5, 1000, 'first'), limit(9, 1000, 'second')] as const;
			const [first, second] = rules;

			t.deepEqual(
				await store.admit('a', rules, {costs: [2, 3]}),
				admittedWith(quota(first, 3, 1000), quota(second, 6, 1000)),
			);
			await pass(100);
			t.deepEqual(
				await store.admit('a', rules, {costs: [1, 4]}),
				admittedWith(quota(first, 2, 900), quota(second, 2, 900)),
			);
			t.deepEqual(
				await store.admit('a', rules, {}),
				admittedWith(quota(first, 1, 900), quota(second, 1, 900)),
			);
		},
	);

	promised('a request fits if all of its cost does, and not otherwise', async (t, {store}) => {
		const rule = limit(5, 1000);
		await store.admit('a', [rule], {costs: [2]});

		t.deepEqual(await store.admit('a', [rule], {costs: [4]}), limitedBy(quota(rule, 3, 1000)));
		t.deepEqual(await store.admit('a', [rule], {costs: [3]}), admittedWith(quota(rule, 0, 1000)));
		t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1000)));
	});

	promised(
		'the verdict on a request that does not fit includes what remains, and when as many are free as it costs',
		async (t, {store, pass}) => {
			const rule = limit(5, 1000);
			for (const cost of [2, 1, 1]) {
				await store.admit('a', [rule], {costs: [cost]});
				await pass(100);
			}

			t.deepEqual(await store.admit('a', [rule], {costs: [2]}), limitedBy(quota(rule, 1, 700)));
			t.deepEqual(await store.admit('a', [rule], {costs: [3]}), limitedBy(quota(rule, 1, 700)));
			t.deepEqual(await store.admit('a', [rule], {costs: [4]}), limitedBy(quota(rule, 1, 800)));
			t.deepEqual(await store.admit('a', [rule], {costs: [5]}), limitedBy(quota(rule, 1, 900)));
			await pass(799);
			t.deepEqual(await store.admit('a', [rule], {costs: [4]}), limitedBy(quota(rule, 3, 1)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {costs: [4]}), admittedWith(quota(rule, 0, 100)));
		},
	);

	promised(
		'a request that costs more than the count never fits, and its time is the whole window',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);

			t.deepEqual(await store.admit('a', [rule], {costs: [3]}), limitedBy(quota(rule, 2, 1000)));
			await fill(store, [rule], 1);
			await pass(100);
			t.deepEqual(await store.admit('a', [rule], {costs: [3]}), limitedBy(quota(rule, 1, 1000)));
			await pass(900);
			t.deepEqual(await store.admit('a', [rule], {costs: [1000]}), limitedBy(quota(rule, 2, 1000)));
			t.deepEqual(await store.admit('a', [rule], {costs: [2]}), admittedWith(quota(rule, 0, 1000)));
		},
	);

	promised('a request that costs 0 counts nothing, and always fits', async (t, {store, pass}) => {
		const rule = limit(2, 1000);

		t.deepEqual(await store.admit('a', [rule], {costs: [0]}), admittedWith(quota(rule, 2, 1000)));
		await fill(store, [rule], 1);
		await pass(100);
		t.deepEqual(await store.admit('a', [rule], {costs: [0]}), admittedWith(quota(rule, 1, 900)));
		await fill(store, [rule], 1);
		t.deepEqual(await store.admit('a', [rule], {costs: [0]}), admittedWith(quota(rule, 0, 900)));
		t.deepEqual(
			await store.admit('a', [rule], {costs: [0], late: true}),
			admittedWith(quota(rule, 0, 900)),
		);
		await store.ban('a', {duration: 50});
		t.deepEqual(await store.admit('a', [rule], {costs: [0]}), bannedBy('hand', 50));
		await pass(900);
		t.deepEqual(await store.admit('a', [rule], {costs: [0]}), admittedWith(quota(rule, 1, 100)));
		await pass(100);
		t.deepEqual(await store.admit('a', [rule], {costs: [0]}), admittedWith(quota(rule, 2, 1000)));
	});

	promised(
		'a request that does not fit under one rule is counted by none, and the verdict lists those where it does not',
		async (t, {store}) => {
			const free = limit(1, 1000, 'free');
			const roomy = limit(9, 1000, 'roomy');
			const small = limit(2, 1000, 'small');
			const full = limit(3, 1000, 'full');
			const rules = [free, roomy, small, full];
			await fill(store, [free, full], 1);

			t.deepEqual(
				await store.admit('a', rules, {costs: [0, 3, 4, 3]}),
				limitedBy(quota(small, 2, 1000), quota(full, 2, 1000)),
			);
			t.deepEqual(
				await store.admit('a', rules, {costs: [0, 9, 2, 2]}),
				admittedWith(
					quota(free, 0, 1000),
					quota(roomy, 0, 1000),
					quota(small, 0, 1000),
					quota(full, 0, 1000),
				),
			);
		},
	);

	promised('equal rules share their counter, whatever the costs', async (t, {store}) => {
		await store.admit('a', [limit(10, 1000, 'budget')], {costs: [7]});
		await store.admit('a', [limit(10, 1000, 'budget')], {});
		const rule = limit(10, 1000, 'budget');

		t.deepEqual(await store.admit('a', [rule], {costs: [3]}), limitedBy(quota(rule, 2, 1000)));
		t.deepEqual(await store.admit('a', [rule], {costs: [2]}), admittedWith(quota(rule, 0, 1000)));
	});

	promised(
		'requests of the highest cost are counted and leave the window whole',
		async (t, {store, pass}) => {
			const rule = limit(10_000, 1000);
			for (let asked = 1; asked <= 10; asked += 1) {
				const {kind} = await store.admit('a', [rule], {costs: [1000]});
				t.is(kind, 'admitted');
				await pass(1);
			}

			t.deepEqual(await store.admit('a', [rule], {costs: [1000]}), limitedBy(quota(rule, 0, 990)));
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 990)));
			await pass(990);
			t.deepEqual(await store.admit('a', [rule], {costs: [1]}), admittedWith(quota(rule, 999, 1)));
			t.deepEqual(await store.admit('a', [rule], {costs: [1000]}), limitedBy(quota(rule, 999, 1)));
			await pass(1);
			t.deepEqual(
				await store.admit('a', [rule], {costs: [1000]}),
				admittedWith(quota(rule, 999, 1)),
			);
		},
	);

	promised('of 100 requests at once, as many are admitted as fit', async (t, {store}) => {
		const rule = limit(100, 1000);
		const verdicts = await Promise.all(
			Array.from({length: 100}, async () => store.admit('a', [rule], {costs: [3]})),
		);

		t.is(verdicts.filter(({kind}) => kind === 'admitted').length, 33);
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});
}

export function costsOfExceptions(promised: Promised): void {
	promised(
		'a late request counts for what it costs, even if that does not fit',
		async (t, {store, pass}) => {
			const rule = limit(5, 1000);
			await store.admit('a', [rule], {costs: [2]});
			await pass(100);
			t.deepEqual(
				await store.admit('a', [rule], {costs: [2], late: true}),
				admittedWith(quota(rule, 1, 900)),
			);
			await pass(100);

			// The last 5 units decide: 2 from 100, and 3 from now. Another 3 fit once 3 of them have left.
			t.deepEqual(
				await store.admit('a', [rule], {costs: [3], late: true}),
				limitedBy(quota(rule, 0, 1000)),
			);
			t.deepEqual(await store.admit('a', [rule], {costs: [2]}), limitedBy(quota(rule, 0, 900)));
			await pass(900);
			t.deepEqual(await store.admit('a', [rule], {costs: [2]}), admittedWith(quota(rule, 0, 100)));
		},
	);

	promised('a late request that costs more than the count fills the rule', async (t, opened) => {
		const {store, pass} = opened;
		const rule = limit(3, 1000);
		await fill(store, [rule], 1);
		await pass(100);

		t.deepEqual(
			await store.admit('a', [rule], {costs: [500], late: true}),
			limitedBy(quota(rule, 0, 1000)),
		);
		t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1000)));
		await pass(999);
		t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1)));
		await pass(1);
		t.deepEqual(await store.admit('a', [rule], {costs: [3]}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('a late request is counted by the rules where it does fit, too', async (t, {store}) => {
		const rules = [
			limit(9, 1000, 'roomy'),
			limit(1, 1000, 'small'),
			limit(9, 1000, 'free'),
		] as const;
		const [roomy, small, free] = rules;

		t.deepEqual(
			await store.admit('a', rules, {costs: [4, 2, 0], late: true}),
			limitedBy(quota(small, 0, 1000)),
		);
		t.deepEqual(
			await store.admit('a', [roomy, free], {}),
			admittedWith(quota(roomy, 4, 1000), quota(free, 8, 1000)),
		);
	});

	promised('a peek says whether a request of this cost would fit', async (t, {store}) => {
		const rule = limit(5, 1000);
		await store.admit('a', [rule], {costs: [2]});
		const peeked = async (cost: number) =>
			(await store.admit('a', [rule], {costs: [cost], peek: true})).kind;

		t.is(await peeked(3), 'admitted');
		t.is(await peeked(4), 'limited');
		t.is(await peeked(0), 'admitted');
		t.deepEqual(await store.admit('a', [rule], {costs: [3]}), admittedWith(quota(rule, 0, 1000)));
		t.is(await peeked(0), 'admitted');
		t.is(await peeked(1), 'limited');
	});

	promised('an immune request counts for what it costs', async (t, {store}) => {
		const rule = limit(5, 1000);
		await store.ban('a', {duration: 500});

		t.deepEqual(
			await store.admit('a', [rule], {costs: [4], immune: true}),
			admittedWith(quota(rule, 1, 1000)),
		);
		t.deepEqual(
			await store.admit('a', [rule], {costs: [2], immune: true}),
			limitedBy(quota(rule, 1, 1000)),
		);
		t.deepEqual(await store.admit('a', [rule], {costs: [1]}), bannedBy('hand', 500));
	});
}

import {
	admittedWith,
	counted,
	fill,
	kinds,
	limit,
	limitedBy,
	type Promised,
	quota,
} from './promised.ts';

export function countedIsNamed(promised: Promised): void {
	promised(
		'the verdict on a returnable request names what was counted, in the order of the rules',
		async (t, {store}) => {
			const rules = [limit(5, 1000, 'x'), limit(5, 1000, 'free'), limit(5, 1000, 'y')];
			const shown = (await counted(store, rules, {costs: [2, 0, 3]})).map(({rule, cost}) => ({
				rule,
				cost,
			}));

			t.deepEqual(shown, [
				{rule: limit(5, 1000, 'x'), cost: 2},
				{rule: limit(5, 1000, 'y'), cost: 3},
			]);
			t.deepEqual(await counted(store, rules, {costs: [0, 0, 0]}), []);
			t.deepEqual(
				(await counted(store, rules)).map(({cost}) => cost),
				[1, 1, 1],
			);
		},
	);

	promised('a verdict names nothing that was not counted', async (t, {store}) => {
		const rule = limit(1, 1000);
		const peeked = await store.admit('a', [rule], {peek: true, returnable: true});

		t.deepEqual('counted' in peeked ? (peeked.counted ?? []) : [], []);
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
		t.deepEqual(
			await store.admit('a', [rule], {returnable: true}),
			limitedBy(quota(rule, 0, 1000)),
		);
		t.deepEqual(
			await store.admit('a', [rule], {returnable: true, late: true}),
			limitedBy(quota(rule, 0, 1000)),
		);
	});
}

export function givenBack(promised: Promised): void {
	promised(
		'what is given back was never counted: the others stay, each with its time',
		async (t, {store, pass}) => {
			const rule = limit(4, 1000);
			const entries = [];
			for (let asked = 0; asked < 4; asked += 1) {
				entries.push(await counted(store, [rule]));
				await pass(100);
			}

			const [first = [], second = [], , last = []] = entries;
			await store.giveBack('a', second);
			t.deepEqual(await store.admit('a', [rule], {costs: [2]}), limitedBy(quota(rule, 1, 600)));
			await store.giveBack('a', first);
			t.deepEqual(await store.admit('a', [rule], {costs: [3]}), limitedBy(quota(rule, 2, 800)));
			await store.giveBack('a', last);
			t.deepEqual(await store.admit('a', [rule], {costs: [4]}), limitedBy(quota(rule, 3, 800)));
			await pass(799);
			t.deepEqual(await store.admit('a', [rule], {costs: [4]}), limitedBy(quota(rule, 3, 1)));
			await pass(1);
			t.deepEqual(await store.admit('a', [rule], {costs: [4]}), admittedWith(quota(rule, 0, 1000)));
		},
	);

	promised('the only request can be given back', async (t, {store}) => {
		const rule = limit(1, 1000);
		await store.giveBack('a', await counted(store, [rule]));

		t.deepEqual(await kinds(store, [rule], 2), ['admitted', 'limited']);
	});

	promised('a request is given back with all that it cost', async (t, {store, pass}) => {
		const rule = limit(6, 1000);
		const small = await counted(store, [rule], {costs: [1]});
		const large = await counted(store, [rule], {costs: [3]});
		const other = await counted(store, [rule], {costs: [2]});
		await pass(10);

		await store.giveBack('a', large);
		t.deepEqual(await store.admit('a', [rule], {costs: [4]}), limitedBy(quota(rule, 3, 990)));
		await store.giveBack('a', small);
		t.deepEqual(await store.admit('a', [rule], {costs: [5]}), limitedBy(quota(rule, 4, 990)));
		await store.giveBack('a', other);
		t.deepEqual(await store.admit('a', [rule], {costs: [6]}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('only the given entries are given back', async (t, {store}) => {
		const first = limit(2, 1000, 'first');
		const second = limit(2, 1000, 'second');
		const entries = await counted(store, [first, second]);

		await store.giveBack(
			'a',
			entries.filter(({rule}) => rule.name === 'second'),
		);
		t.deepEqual(
			await store.admit('a', [first, second], {}),
			admittedWith(quota(first, 0, 1000), quota(second, 1, 1000)),
		);
		await store.giveBack('a', []);
		t.deepEqual(await store.admit('a', [first], {}), limitedBy(quota(first, 0, 1000)));
	});

	promised('requests under several rules are given back under each', async (t, {store}) => {
		const rules = [limit(1, 1000, 'x'), limit(4, 500, 'y')];
		const entries = await counted(store, rules, {costs: [1, 3]});
		await store.giveBack('a', entries);

		t.deepEqual(
			await store.admit('a', rules, {costs: [1, 4]}),
			admittedWith(...rules.map(rule => quota(rule, 0, rule.window))),
		);
	});

	promised('nothing is given back to another client', async (t, {store, pass}) => {
		const rule = limit(1, 1000);
		const entries = await counted(store, [rule], {}, 'a');
		await pass(1);
		await fill(store, [rule], 1, 'b');
		await store.giveBack('b', entries);
		await store.giveBack('unknown', entries);
		await store.giveBack('a', entries);

		t.deepEqual(await kinds(store, [rule], 1, 'a'), ['admitted']);
		t.deepEqual(await kinds(store, [rule], 1, 'b'), ['limited']);
		t.deepEqual(await kinds(store, [rule], 1, 'unknown'), ['admitted']);
	});

	promised('what was counted for a requester is given back for it', async (t, {store}) => {
		const rule = limit(1, 1000);
		const entries = await counted(store, [rule], {requester: 'c'}, 'key');
		t.is((await store.admit('key', [rule], {requester: 'd'})).kind, 'limited');
		await store.giveBack('key', entries);

		t.is((await store.admit('key', [rule], {requester: 'd'})).kind, 'admitted');
		t.is((await store.admit('key', [rule], {requester: 'd'})).kind, 'limited');
	});

	promised(
		'a refused client is admitted once something is given back',
		async (t, {store, pass}) => {
			const rule = limit(2, 1000);
			const entries = await counted(store, [rule]);
			await pass(1);
			await fill(store, [rule], 1);
			t.deepEqual(await kinds(store, [rule], 2), ['limited', 'limited']);
			await store.giveBack('a', entries);

			t.deepEqual(await kinds(store, [rule], 2), ['admitted', 'limited']);
		},
	);

	promised('requests are given back during a ban, too', async (t, {store}) => {
		const rule = limit(1, 1000);
		const entries = await counted(store, [rule]);
		await store.ban('a', {duration: 500});
		await store.giveBack('a', entries);
		await store.unban('a');

		t.deepEqual(await kinds(store, [rule], 2), ['admitted', 'limited']);
	});

	promised('long logs are given back from any place', async (t, {store, pass}) => {
		const rule = limit(5000, 9000);
		const entries = [];
		for (let asked = 0; asked < 5; asked += 1) {
			entries.push(await counted(store, [rule], {costs: [1000]}));
			await pass(100);
		}

		const [first = [], , middle = [], , last = []] = entries;
		await store.giveBack('a', middle);
		t.deepEqual(
			await store.admit('a', [rule], {costs: [1001]}),
			limitedBy(quota(rule, 1000, 8500)),
		);
		await store.giveBack('a', first);
		t.deepEqual(
			await store.admit('a', [rule], {costs: [3000]}),
			limitedBy(quota(rule, 2000, 8600)),
		);
		await store.giveBack('a', last);
		t.deepEqual(
			await store.admit('a', [rule], {costs: [4001]}),
			limitedBy(quota(rule, 3000, 8800)),
		);
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 2999, 8600)));
	});
}

export function notGivenBack(promised: Promised): void {
	promised('a receipt that no store has written gives nothing back', async (t, {store}) => {
		const rule = limit(1, 1000);
		await fill(store, [rule], 1);
		const made = [
			undefined,
			null,
			7,
			'text',
			[],
			{},
			{at: 'x', resets: {}},
			{at: Number.NaN, resets: 0},
		];
		for (const receipt of made) {
			await store.giveBack('a', [{rule, cost: 1, receipt}]);
		}

		t.deepEqual(await kinds(store, [rule], 1), ['limited']);
	});

	promised('what has left the window is not given back', async (t, {store, pass}) => {
		const rule = limit(2, 1000);
		const entries = await counted(store, [rule]);
		await pass(1000);
		await fill(store, [rule], 2);
		await store.giveBack('a', entries);
		t.deepEqual(await kinds(store, [rule], 1), ['limited']);

		await pass(2 ** 32 - 1000);
		const later = limit(1, 2 ** 31);
		await fill(store, [{...rule, window: 2 ** 31, id: `2/${2 ** 31}/global`}, later], 1);
		await store.giveBack('a', entries);
		await store.giveBack(
			'a',
			entries.map(entry => ({...entry, rule: later})),
		);
		t.deepEqual(await kinds(store, [later], 1), ['limited']);
	});

	promised(
		'nothing is given back after a reset, even if requests have come at the same instant',
		async (t, opened) => {
			const {store, pass} = opened;
			const rule = limit(2, 1000);
			const entries = await counted(store, [rule]);
			await store.reset('a');
			await fill(store, [rule], 1);
			const later = await counted(store, [rule]);
			await store.giveBack('a', entries);
			t.deepEqual(await kinds(store, [rule], 1), ['limited']);
			await pass(5);
			await store.giveBack('a', later);

			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 995)));
		},
	);

	promised(
		'nothing is given back after a reset of what a requester asked for',
		async (t, opened) => {
			const {store} = opened;
			const rule = limit(1, 1000);
			const entries = await counted(store, [rule], {requester: 'c'}, 'key');
			await store.reset('key');
			await store.admit('key', [rule], {requester: 'c'});
			await store.giveBack('key', entries);

			t.is((await store.admit('key', [rule], {requester: 'c'})).kind, 'limited');
		},
	);

	promised(
		'a reset of another client, or an unban, changes nothing about it',
		async (t, {store}) => {
			const rule = limit(1, 1000);
			const entries = await counted(store, [rule]);
			await store.reset('b');
			await store.unban('a');
			await store.giveBack('a', entries);

			t.deepEqual(await kinds(store, [rule], 2), ['admitted', 'limited']);
		},
	);

	promised('several resets one after the other are told apart', async (t, {store}) => {
		const rule = limit(1, 1000);
		for (let round = 0; round < 3; round += 1) {
			const entries = await counted(store, [rule]);
			await store.reset('a');
			const later = await counted(store, [rule]);
			await store.giveBack('a', entries);
			t.deepEqual(await kinds(store, [rule], 1), ['limited']);
			await store.giveBack('a', later);
		}

		t.deepEqual(await kinds(store, [rule], 2), ['admitted', 'limited']);
	});

	promised('what a late request has pushed out does not come back', async (t, {store, pass}) => {
		const rule = limit(3, 1000);
		const first = await counted(store, [rule]);
		await pass(1);
		const second = await counted(store, [rule]);
		await pass(1);
		await fill(store, [rule], 1);
		await store.admit('a', [rule], {late: true});
		await store.giveBack('a', first);
		t.deepEqual(await kinds(store, [rule], 1), ['limited']);
		await store.giveBack('a', second);

		t.deepEqual(await store.admit('a', [rule], {costs: [2]}), limitedBy(quota(rule, 1, 1000)));
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});
}

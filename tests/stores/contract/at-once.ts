import {ban, fill, limit, type Promised} from './promised.ts';

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

	promised('of 50 reports at once, exactly one begins the ban', async (t, {store}) => {
		const banRule = ban(20, 1000, 500);
		const outcomes = await Promise.all(
			Array.from({length: 50}, async () => store.report('a', banRule, {weight: 1})),
		);

		t.is(outcomes.filter(({banEndsInMs}) => banEndsInMs === undefined).length, 19);
		t.is(outcomes.filter(({reports}) => reports === 20).length, 1);
		t.is(outcomes.filter(({reports}) => reports === 0).length, 30);
	});

	promised('a store has a boolean `shared`, and can be closed', async (t, {store}) => {
		await fill(store, [limit(1, 1000)], 1);
		await store.ban('a', {duration: Infinity});

		t.is(typeof store.shared, 'boolean');
		await t.notThrowsAsync(async () => store.close());
	});
}

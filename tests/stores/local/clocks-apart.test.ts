import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {openLocalStore} from '../../support/local/opened.ts';
import {runs} from '../../support/runs.ts';
import {ban, limit} from '../contract/promised.ts';

const second = 1000;

test('stores whose clocks are some milliseconds apart admit no more together than fits', async t => {
	await t.notThrowsAsync(() =>
		fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(fc.nat({max: 1}), fc.integer({min: -40, max: 40})), {
					minLength: 30,
					maxLength: 30,
				}),
				async requests => {
					let off = 0;
					const one = openLocalStore();
					const other = openLocalStore({path: one.path, clock: () => one.store.clock() + off});
					const stores = [one.store, other.store];
					const rules = [limit(10, 60 * second, 'ten'), limit(20, 3600 * second, 'twenty')];
					let admitted = 0;
					for (const [index, apart] of requests) {
						off = apart;
						one.pass(1);
						const verdict = await stores[index]?.admit('a', rules, {});
						admitted += verdict?.kind === 'admitted' ? 1 : 0;
						const quotas = verdict?.kind === 'banned' ? [] : (verdict?.quotas ?? []);
						assert.ok(
							quotas.every(({rule, freesInMs}) => freesInMs > 0 && freesInMs <= rule.window),
						);
					}

					assert.equal(admitted, 10);
					await Promise.all(stores.map(store => store.close()));
				},
			),
			{numRuns: runs(20)},
		),
	);
});

test('reports by stores whose clocks are apart add up', async t => {
	const one = openLocalStore();
	const behind = openLocalStore({path: one.path, clock: () => one.store.clock() - 25});
	t.teardown(() => Promise.all([one.store.close(), behind.store.close()]));
	const banRule = ban(4, 60 * second, 60 * second);

	for (const {store} of [one, behind, one]) {
		await store.report('a', banRule, {weight: 1});
	}

	t.like(await one.store.report('a', banRule, {weight: 1}), {
		reports: 4,
		banEndsInMs: 60 * second,
		begunForMs: 60 * second,
	});
});

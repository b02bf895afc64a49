import test from 'ava';
import fc from 'fast-check';
import type {Inspection} from '../../../source/stores/inspection.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {runs} from '../../support/runs.ts';
import {admittedWith, ban, escalating, fill, kinds, limit, quota} from '../contract/promised.ts';

const rule = limit(3, 1000);

test.serial('clients that are inspected are not remembered', async t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 6});
	const banRule = escalating(2, 1000, [500], 1000);
	await fill(store, [rule], 2, 'known');
	const before = bytesHeld();
	for (let index = 0; index < 100_000; index += 1) {
		store.inspect(`unknown ${index}`, [rule], banRule);
	}

	const held = bytesHeld() - before;
	t.true(held < 500_000, `${held} bytes are held`);
	t.deepEqual(store.admit('known', [rule], {}), admittedWith(quota(rule, 0, 1000)));
});

test('a client that is inspected is as quiet as before', async t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 300});
	await fill(store, [rule], 2);
	await fill(store, [rule], 2, 'other');
	store.ban('other', {duration: 500});
	for (let flood = 0; flood < 300; flood += 1) {
		store.inspect('a', [rule], undefined);
		store.inspect('other', [rule], undefined);
		await fill(store, [rule], 1, `flood ${flood}`);
	}

	for (const client of ['a', 'other']) {
		t.deepEqual(store.inspect(client, [rule], undefined).quotas, [quota(rule, 3, 1000)], client);
	}
});

test('rules that are inspected push out none that count', async t => {
	const {store} = manualClockStore();
	await fill(store, [rule], 3);
	for (let index = 0; index < 100_000; index += 1) {
		store.inspect('a', [limit(1, 1000, `made up ${index}`)], ban(1, 1000, 1, `made up ${index}`));
	}

	t.deepEqual(await kinds(store, [{...rule}], 1), ['limited']);
});

test('a client is inspected wherever the store keeps it', async t => {
	const {store, pass} = manualClockStore();
	const wide = limit(20, 1000, 'wide');
	const remaining = () =>
		store.inspect('a', [rule, wide], undefined).quotas.map(each => each.remaining);
	await fill(store, [rule], 2);
	pass(999);
	store.admit('b', [rule], {});
	t.deepEqual(remaining(), [1, 20]);
	pass(1);
	store.admit('b', [rule], {});
	t.deepEqual(remaining(), [3, 20]);
	await fill(store, [rule], 3);
	t.deepEqual(remaining(), [0, 20], 'it has a full rule');
	await fill(store, [wide], 8);
	t.deepEqual(remaining(), [0, 12], 'it has many requests');
});

test('an inspection agrees with the next request, however many were counted', t => {
	const large = limit(100, 1000, 'large');
	const steps = fc.array(fc.record({pass: fc.nat({max: 400}), cost: fc.nat({max: 30})}), {
		maxLength: 30,
		size: 'max',
	});
	const agrees = fc.property(steps, all => {
		const {store, pass} = manualClockStore();

		return all.every(({pass: ms, cost}) => {
			pass(ms);
			store.admit('a', [large], {costs: [cost], late: true});
			pass(ms);
			const [seen] = store.inspect('a', [large], undefined).quotas;
			const verdict = store.admit('a', [large], {costs: [1], peek: true});
			const refusal = verdict.kind === 'limited' ? verdict.quotas[0] : undefined;

			return seen?.remaining === 0
				? refusal?.freesInMs === seen.freesInMs
				: verdict.kind === 'admitted' &&
						store.admit('a', [large], {costs: [seen?.remaining ?? 0], peek: true}).kind ===
							'admitted' &&
						store.admit('a', [large], {costs: [1 + (seen?.remaining ?? 0)], peek: true}).kind ===
							'limited';
		});
	});

	t.notThrows(() => fc.assert(agrees, {numRuns: runs(200)}));
});

test('the ban of a range comes before that of a client in it', t => {
	const {store, pass} = manualClockStore();
	const banRule = ban(3, 1000, 500);
	store.report('203.0.113.7', banRule, {weight: 2});
	store.ban('203.0.113.8', {duration: 900, reason: 'its own'});
	store.banRange('203.0.113.0/24', {duration: 400, reason: 'a scraper'});
	store.banRange('203.0.0.0/16', {duration: 300, reason: 'ends first'});
	store.banRange('2001:db8::/32', {duration: Infinity});
	pass(100);

	const standing: Inspection = {
		ban: {client: '203.0.113.0/24', by: 'hand', reason: 'a scraper', endsInMs: 300},
		reports: 2,
		strike: 0,
		quotas: [quota(rule, 3, 1000)],
	};
	t.deepEqual(store.inspect('203.0.113.7', [rule], banRule), standing);
	t.deepEqual(store.inspect('203.0.113.8', [rule], banRule), {...standing, reports: 0});

	t.is(store.inspect('2001:db8:1:2::/64', [], banRule).ban?.client, '2001:db8::/32');
	for (const client of ['203.1.113.7', 'key:203.0.113.7', 'unix', 'specific-key:2001:db8::1']) {
		t.is(store.inspect(client, [], banRule).ban, undefined, client);
	}

	pass(300);
	t.deepEqual(store.inspect('203.0.113.7', [], banRule), {reports: 2, strike: 0, quotas: []});
	t.is(store.inspect('203.0.113.8', [], banRule).ban?.reason, 'its own');
});

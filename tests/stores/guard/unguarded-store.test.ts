import test from 'ava';
import {guard} from '../../../source/stores/guard/guard.ts';
import {UnguardedStore} from '../../../source/stores/guard/unguarded-store.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {banRule, rule, unobserved} from '../../support/guarded-store.ts';

function gateOn(store: MemoryStore) {
	return guard(store, {policy: 'memory', timeout: 1000, observer: unobserved});
}

for (const method of ['admit', 'report', 'ban', 'giveBack'] as const) {
	test(`once ${method}() of a MemoryStore is replaced by one that throws, nothing fails`, async t => {
		const store = new MemoryStore({clock: () => 0});
		const gate = gateOn(store);
		t.true(gate instanceof UnguardedStore);
		t.is((await gate.admit('a', [rule], {})).kind, 'admitted');
		store[method] = () => {
			throw new Error('down');
		};

		t.is((await gate.admit('b', [rule], {})).kind, 'admitted');
		t.is(gate.knownBan('b'), undefined);
		t.notThrows(() => gate.giveBack('b', []));
		t.deepEqual(await gate.report('b', banRule, {weight: 1}), {reports: 1});
		t.deepEqual(await gate.ban('b', {duration: 400}), {banEndsInMs: 400});
		t.is((await gate.admit('b', [rule], {})).kind, 'banned');
		await gate.commands.close();
	});
}

test('a method that is replaced and put back is called again', async t => {
	const store = new MemoryStore({clock: () => 0});
	const gate = gateOn(store);
	await gate.ban('a', {duration: 400});
	const {admit} = store;
	store.admit = () => ({kind: 'admitted', quotas: []});
	t.is((await gate.admit('a', [], {})).kind, 'admitted');
	store.admit = admit;

	t.like(gate.admit('a', [], {}), {kind: 'banned', endsInMs: 400});
});

import test from 'ava';
import type {Store} from '../../../source/stores/store.ts';
import {
	banRule,
	failing,
	gatesOn,
	guard,
	readOnly,
	rejectsBans,
	rule,
	slowStore,
} from '../../support/guarded-store.ts';

test('commands undo what was decided here while the store failed', async t => {
	const {guarded} = guard(failing, 'memory');
	const spend = async (client: string) => {
		await guarded.report(client, banRule, {weight: 2});
		await guarded.admit(client, [rule], {immune: true});
		await guarded.admit(client, [rule], {immune: true});
	};
	await spend('a');
	await spend('b');
	const unspent = {kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 1000}]};

	await guarded.commands.reset('a');
	t.is((await guarded.admit('a', [rule], {})).kind, 'banned', 'reset does not end a ban');
	await guarded.commands.unban('a');
	t.deepEqual(await guarded.admit('a', [rule], {}), unspent);
	t.is((await guarded.admit('b', [rule], {})).kind, 'banned');
	await guarded.commands.unban('b');
	t.is((await guarded.admit('b', [rule], {})).kind, 'limited', 'unban does not reset the counts');
	await guarded.commands.close();
	t.deepEqual(await guarded.admit('b', [rule], {}), unspent);
});

test('a command on one gate takes effect on every gate of the store, whatever its policy', async t => {
	const store: Store = {...failing};
	const [memory, open] = gatesOn(store, 'memory', 'open');

	await open?.commands.ban('a', {duration: 1000});
	t.is((await memory?.admit('a', [], {}))?.kind, 'banned');
	await open?.commands.unban('a');
	t.is((await memory?.admit('a', [], {}))?.kind, 'admitted');
});

test('a manual ban that the store rejected holds on every gate of the store', async t => {
	const [one, other] = gatesOn({...failing, ...rejectsBans}, 'memory', 'memory');

	await t.throwsAsync(async () => one?.commands.ban('a', {duration: 1000}));
	t.is((await other?.admit('a', [], {}))?.kind, 'banned');
	await other?.commands.unban('a');
	t.is((await one?.admit('a', [], {}))?.kind, 'admitted');
});

test('the gates of a store forget its bans when the last one is closed, however often the others are', async t => {
	const [one, other, last] = gatesOn({...failing, ...rejectsBans}, 'memory', 'open', 'memory');
	await t.throwsAsync(async () => one?.commands.ban('a', {duration: 1000}));
	for (const gate of [one, one, other, other]) {
		await gate?.commands.close();
		t.is((await last?.admit('a', [], {}))?.kind, 'banned');
	}

	await last?.commands.close();
	t.is((await last?.admit('a', [], {}))?.kind, 'admitted');
});

test('a reply that is on its way to one gate does not undo a command on another gate', async t => {
	const {store, pending} = slowStore();
	const [one, other] = gatesOn(store, 'memory', 'memory');

	const asked = one?.admit('a', [], {});
	await other?.commands.unban('a');
	pending[0]?.resolve({kind: 'banned', by: 'hand', endsInMs: 1000});
	t.is((await asked)?.kind, 'banned');
	const next = one?.admit('a', [], {});
	pending[1]?.reject(new Error('down'));
	t.is((await next)?.kind, 'admitted');
});

test("an operator's report that the store does not take closes a gate under 'closed' for a second", async t => {
	const {guarded, pass} = guard(readOnly, 'closed');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	await t.throwsAsync(guarded.commands.report('a', banRule, {weight: 1}));
	t.is((await guarded.admit('a', [], {})).kind, 'unavailable');
	pass(1000);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

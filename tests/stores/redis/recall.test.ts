import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {decide, openRedisStore, scriptsRun} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {fill, limit, limitedBy, quota} from '../contract/promised.ts';

test('a verdict that was asked for before a command is not remembered after the command', async t => {
	const {store} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await fill(store, [slow], 1);
	await store.ban('b', {duration: 60_000});

	const [refused, banned] = [decide(store, 'a', [slow]), decide(store, 'b', [])];
	await setImmediate();
	await Promise.all([store.reset('a'), store.unban('b')]);
	t.like([await refused, await banned], [{kind: 'limited'}, {kind: 'banned'}]);
	t.is((await decide(store, 'a', [slow])).kind, 'admitted');
	t.is((await decide(store, 'b', [])).kind, 'admitted');
});

test.serial('commands about other clients do not delete a remembered refusal', async t => {
	const {store} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await fill(store, [slow], 1);
	const refusal = store.admit('a', [slow], {});
	await Promise.all([store.ban('b', {duration: 1000}), store.reset('c')]);
	t.is((await refusal).kind, 'limited');

	t.is(store.recall('a', [slow], {})?.kind, 'limited');
});

test('a change by another process takes effect within a second', async t => {
	const one = await openRedisStore(opened);
	const other = await openRedisStore(opened, {prefix: one.prefix});
	const slow = limit(3, 60_000);
	await fill(one.store, [slow], 3);
	t.is((await decide(one.store, 'a', [slow])).kind, 'limited');
	await one.store.ban('b', {duration: 60_000});
	t.is((await decide(one.store, 'b', [slow])).kind, 'banned');

	await other.store.reset('a');
	await other.store.unban('b');
	t.is((await decide(one.store, 'a', [slow])).kind, 'limited', 'the refusal is remembered for now');
	await one.pass(1000);
	t.is((await decide(one.store, 'a', [slow])).kind, 'admitted');
	t.is((await decide(one.store, 'b', [slow])).kind, 'admitted');
});

test.serial('a client that is refused costs the server one question a second', async t => {
	const {store, pass} = await openRedisStore(opened);
	const slow = limit(3, 60_000);
	await fill(store, [slow], 3);

	await decide(store, 'a', [slow]);
	const before = await scriptsRun(opened);
	for (let time = 0; time < 100; time += 1) {
		t.is((await decide(store, 'a', [slow])).kind, 'limited');
	}

	t.is(await scriptsRun(opened), before);
	await pass(799);
	t.deepEqual(await decide(store, 'a', [slow]), limitedBy(quota(slow, 0, 59_201)));
	t.is(await scriptsRun(opened), before);
	await pass(1);
	await decide(store, 'a', [slow]);
	await decide(store, 'a', [slow]);
	t.is(await scriptsRun(opened), before + 1);
});

test.serial('a client that one rule refuses can be admitted under another', async t => {
	const {store} = await openRedisStore(opened);
	const [global, specific] = [limit(100, 60_000), limit(1, 60_000, 'specific')];

	await fill(store, [specific], 1);
	await decide(store, 'a', [specific]);
	const before = await scriptsRun(opened);
	for (let time = 0; time < 10; time += 1) {
		t.is((await decide(store, 'a', [global])).kind, 'admitted');
		t.is((await decide(store, 'a', [specific])).kind, 'limited');
	}

	t.is(await scriptsRun(opened), before + 10, 'only the global rule asks');
});

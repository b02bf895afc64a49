import test from 'ava';
import {openRedisStore, SPARE, scriptsRun} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {ban, bannedBy, escalating, listed} from '../contract/promised.ts';

const banRule = escalating(1, 1000, [5000, 60_000], 90_000);
const START = 1_800_000_000_123;

async function keysOf(prefix: string): Promise<string[]> {
	const keys = (await opened.run('KEYS', `${prefix}{*`)) as string[];
	return keys.map(key => key.slice(prefix.length)).sort();
}

test('strikes live in a key of their own until the ban has been over for as long as it is remembered', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1});

	t.deepEqual(await keysOf(prefix), ['{a}', '{a}#']);
	t.is(await opened.run('GET', `${prefix}{a}#`), `1 ${START + 95_000}`);
	const left = Number(await opened.run('PTTL', `${prefix}{a}#`)) - SPARE;
	t.true(left > 80_000 && left <= 95_000, `${left}`);
});

test('strikes of an endless ban, or of one that is longer than any expiry of a server, stay', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', escalating(1, 1000, [Infinity], 1000), {weight: 1});
	await store.report('b', escalating(1, 1000, [1e18], 1000), {weight: 1});

	for (const client of ['a', 'b']) {
		t.is(await opened.run('PTTL', `${prefix}{${client}}#`), -1);
	}

	t.is(await opened.run('GET', `${prefix}{a}#`), '1 inf');
});

test('reports without escalation neither read nor write strikes', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', ban(2, 1000, 10), {weight: 1});
	await store.report('a', ban(2, 1000, 10), {weight: 1});
	await store.ban('b', {duration: 10});
	t.deepEqual(await keysOf(prefix), ['{a}', '{b}']);

	const many = escalating(2, 1000, [10, 20], 1000);
	await store.report('c', many, {weight: 1});
	t.deepEqual(await keysOf(prefix), ['{a}', '{b}', '{c}!'], 'no ban has begun');
});

test('an unban deletes strikes, and a reset does not', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1});
	await store.reset('a');
	t.true((await keysOf(prefix)).includes('{a}#'));
	t.is((await listed(store))[0]?.strike, 1, 'the ban is still known to be under escalation');
	await store.unban('a');
	t.false((await keysOf(prefix)).includes('{a}#'));
});

test('keys of strikes are not listed as bans', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1});
	await store.report('b}', banRule, {weight: 1});
	t.deepEqual(
		(await listed(store)).map(each => each.client),
		['a', 'b}'],
	);
	await pass(5000);
	t.deepEqual(await listed(store), []);
	t.is((await keysOf(prefix)).filter(key => key.endsWith('#')).length, 2);
});

test.serial('a report under escalation is one script', async t => {
	const {store} = await openRedisStore(opened);
	await store.report('b', banRule, {weight: 1});
	const before = await scriptsRun(opened);
	await store.report('a', banRule, {weight: 1});
	t.is((await scriptsRun(opened)) - before, 1);
});

for (const [title, broken] of Object.entries({
	'no text of strikes': 'x',
	'no number of strikes': '-1 inf',
	'a number of strikes that no client has': '1234567 inf',
	'no end': '7',
	'an end that is no time': '7 soon',
	'an end that was long ago': '7 5',
})) {
	test(`with ${title} in the key of strikes, a client has none`, async t => {
		const {store, prefix} = await openRedisStore(opened);
		await opened.run('SET', `${prefix}{a}#`, broken);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {
			reports: 1,
			banEndsInMs: 5000,
			begunForMs: 5000,
			strike: 1,
		});
		await opened.run('SET', `${prefix}{a}#`, broken);
		t.deepEqual(await listed(store), [{client: 'a', by: 'reports', endsInMs: 5000}]);
	});
}

test('a key of another type in place of strikes is replaced', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await opened.run('RPUSH', `${prefix}{a}#`, 'x');
	t.is((await store.report('a', banRule, {weight: 1})).strike, 1);
	t.is((await listed(store))[0]?.strike, 1);
});

test('a client has no more strikes than the key can hold', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	await opened.run('SET', `${prefix}{a}#`, '999999 inf');
	t.is((await store.report('a', banRule, {weight: 1})).strike, 999_999);
	await pass(60_000);
	t.is((await store.report('a', banRule, {weight: 1})).strike, 999_999);
});

/*
 * Processes of the version without escalation run beside new ones. They read the reason of a ban with JSON.parse,
 * and write states as they have read them.
 */
for (const [shown, reason] of Object.entries({
	'no reason': undefined,
	'a reason': 'a "login"',
	'an empty reason': '',
})) {
	test(`the state of a ban under escalation, with ${shown}, is one that earlier versions can read`, async t => {
		const {store, prefix} = await openRedisStore(opened);
		await store.report('a', banRule, {weight: 1, ...(reason !== undefined && {reason})});
		const state = String(await opened.run('GET', `${prefix}{a}`));
		const written = reason === undefined ? '' : JSON.stringify(reason);

		// As earlier versions take it apart.
		const [, ...parts] = /^(\d{1,5}) ?([a-z]?) ?(\S*) ?(.*)$/.exec(state) ?? [];
		t.deepEqual(parts, ['0', 'r', String(START + 5000), `${written} `]);
		if (reason === undefined) {
			t.throws(() => JSON.parse(parts[3] ?? ''), undefined, 'no reason');
		} else {
			t.is(JSON.parse(parts[3] ?? ''), reason);
		}
	});
}

test('a ban of an earlier version has no strike, whatever the client has', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1});
	// It has unbanned the client, which leaves the strikes, and reports have begun a ban that ends at the same time.
	await opened.run('SET', `${prefix}{a}`, `0 r ${START + 5000} "x"`);
	t.deepEqual(await listed(store), [{client: 'a', by: 'reports', reason: 'x', endsInMs: 5000}]);
	await opened.run('SET', `${prefix}{a}`, `3 r inf `);
	t.deepEqual(await listed(store), [{client: 'a', by: 'reports', endsInMs: Infinity}]);
	await opened.run('SET', `${prefix}{a}`, `0 h ${START + 20} "x"`);
	t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 20, 'x'));
	t.deepEqual(await listed(store), [{client: 'a', by: 'hand', reason: 'x', endsInMs: 20}]);

	await pass(20);
	t.deepEqual(await store.report('a', banRule, {weight: 1}), {
		reports: 1,
		banEndsInMs: 60_000,
		begunForMs: 60_000,
		strike: 2,
	});
});

test('a reset by an earlier version keeps the strike of a ban in force', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1, reason: 'x'});
	await opened.run('SET', `${prefix}{a}`, `1 r ${START + 5000} "x" `);

	t.deepEqual(await listed(store), [
		{client: 'a', by: 'reports', reason: 'x', endsInMs: 5000, strike: 1},
	]);
});

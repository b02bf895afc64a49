import test from 'ava';
import {Redis} from 'ioredis';
import {RedisStore} from '../../../source/redis.ts';
import {Keys} from '../../../source/stores/redis/keys.ts';
import {openRedisStore} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {warnings} from '../../support/warnings.ts';
import {ban, escalating, fill, limit, listed} from '../contract/promised.ts';

test('all keys of a sibling begin with the prefix of the store and `dry:`', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const sibling = store.sibling();
	await fill(sibling, [limit(1, 60_000)], 1);
	await sibling.report('a', ban(2, 60_000, 500), {weight: 1});
	await sibling.report('b', escalating(1, 60_000, [500], 1000), {weight: 1});
	await sibling.banRange('10.0.0.0/8', {duration: 500});

	const keys = ((await opened.run('KEYS', `${prefix}*`)) as string[])
		.map(key => key.slice(prefix.length))
		.filter(key => key !== 'clock');
	t.is(keys.length, 5);
	t.true(
		keys.every(key => /^dry:(\{[ab]\}|ranges$)/.test(key)),
		keys.join(' '),
	);
});

test('neither a store nor its sibling lists the bans of the other', async t => {
	const {store} = await openRedisStore(opened);
	const sibling = store.sibling();
	for (const client of ['a', 'dry:{a', 'dry:', '{dry:']) {
		await store.ban(client, {duration: 500});
	}

	await sibling.ban('b', {duration: 500});
	t.deepEqual(
		(await listed(store)).map(({client}) => client),
		['a', 'dry:', 'dry:{a', '{dry:'],
	);
	t.deepEqual(
		(await listed(sibling)).map(({client}) => client),
		['b'],
	);
});

test('two processes share the sibling of a store that they share', async t => {
	const one = await openRedisStore(opened);
	const other = await openRedisStore(opened, {prefix: one.prefix});
	await one.store.sibling().ban('a', {duration: 500});

	t.is((await other.store.sibling().admit('a', [], {})).kind, 'banned');
	t.is((await other.store.admit('a', [], {})).kind, 'admitted');
});

test('a sibling remembers its own refusals', async t => {
	const {store} = await openRedisStore(opened);
	const sibling = store.sibling();
	const rules = [limit(1, 60_000)];
	await fill(sibling, rules, 1);
	t.is((await sibling.admit('a', rules, {})).kind, 'limited');

	t.is(sibling.recall('a', rules, {})?.kind, 'limited');
	t.is(store.recall('a', rules, {}), undefined);
	store.close();
	t.is(sibling.recall('a', rules, {})?.kind, 'limited', 'it is closed by its own gate');
});

test('a sibling is on the same slot, by the same clock', t => {
	const client = new Redis({lazyConnect: true});
	const store = new RedisStore({client, clock: () => 42});

	t.is(store.sibling().clock(), 42);
	t.is(store.sibling().partOf('a'), '');
	t.is(new Keys('gk:dry:').tagOf('a'), new Keys('gk:').tagOf('a'));
});

test.serial('a client with a short timeout is warned of once, not for the sibling too', async t => {
	const seen = warnings(t);
	const store = new RedisStore({client: new Redis({lazyConnect: true, commandTimeout: 200})});
	store.sibling();

	t.deepEqual(await seen.codes(), ['GATEKEEPER_CLIENT_TIMEOUT']);
});

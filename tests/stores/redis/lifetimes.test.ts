import test from 'ava';
import {openRedisStore, SPARE} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {ban, fill, limit} from '../contract/promised.ts';

const rule = limit(3, 1000);
const banRule = ban(2, 5000, 700);

test('a log expires one window after the last request', async t => {
	const isAbout = fromNow();
	const {store, prefix, pass} = await openRedisStore(opened);
	await fill(store, [rule, limit(5, 60_000, 'slow')], 1);

	await pass(500);
	await fill(store, [rule], 1);
	const lifetimes = Object.entries(await lifetimesOf(prefix));
	t.is(lifetimes.length, 2);
	t.true(lifetimes.some(([, left]) => isAbout(left, 1000)));
	t.true(lifetimes.some(([, left]) => isAbout(left, 60_000)));
});

test('a long log expires one window after the last request, too', async t => {
	const isAbout = fromNow();
	const {store, prefix} = await openRedisStore(opened);
	const wide = limit(5000, 60_000);
	await Promise.all(Array.from({length: 1500}, () => store.admit('a', [wide], {})));
	await store.admit('a', [wide], {});

	t.true(isAbout(Object.values(await lifetimesOf(prefix))[0], 60_000));
});

test('reports expire after the longest of their windows, and a ban when it ends', async t => {
	const isAbout = fromNow();
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1});
	await store.report('a', ban(5, 90_000, 10, 'slow'), {weight: 1});
	await store.report('a', banRule, {weight: 1});
	await store.report('b', banRule, {weight: 1});
	await store.ban('c', {duration: 60_000});
	await store.ban('d', {duration: Infinity});
	await store.ban('e', {duration: 1e18});

	const lifetimes = await lifetimesOf(prefix);
	t.true(isAbout(lifetimes['{a}'], 700));
	t.true(isAbout(lifetimes['{a}!'], 90_000), 'the ban deleted those under its own rule');
	t.true(isAbout(lifetimes['{b}!'], 5000));
	t.true(isAbout(lifetimes['{c}'], 60_000));
	t.is(lifetimes['{d}'], -1 - SPARE, 'an endless ban does not expire');
	t.is(lifetimes['{e}'], -1 - SPARE, 'longer than any expiry of a server');
});

test('the store remembers for longer than any window that a client was reset', async t => {
	const isAbout = fromNow();
	const {store, prefix} = await openRedisStore(opened);
	const longest = 46 * 24 * 60 * 60 * 1000;
	await store.reset('a');
	t.true(isAbout((await lifetimesOf(prefix))['{a}'], longest));

	await opened.run('PEXPIRE', `${prefix}{a}`, '60000');
	await fill(store, [rule], 1);
	t.true(isAbout((await lifetimesOf(prefix))['{a}'], longest), 'each request renews it');
	await store.ban('a', {duration: 1000});
	await store.unban('a');
	t.true(isAbout((await lifetimesOf(prefix))['{a}'], longest));
	await store.ban('a', {duration: 1e300});
	t.is((await store.admit('a', [rule], {immune: true})).kind, 'admitted');
});

/** The milliseconds until each key of a prefix expires. */
async function lifetimesOf(prefix: string): Promise<Record<string, number>> {
	const keys = (await opened.run('KEYS', `${prefix}{*`)) as string[];
	const lifetimes = keys.map(async key => [
		key.slice(prefix.length),
		Number(await opened.run('PTTL', key)) - SPARE,
	]);

	return Object.fromEntries(await Promise.all(lifetimes));
}

/** Checks what is left of lifetimes that begin from now on: the server's clock runs. */
function fromNow(): (left: number | undefined, lifetime: number) => boolean {
	const began = performance.now();

	return (left, lifetime) => {
		const oldest = performance.now() - began + 1000;
		return left !== undefined && left <= lifetime && left > lifetime - oldest;
	};
}

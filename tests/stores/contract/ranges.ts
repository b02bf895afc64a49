import type {StoredBan} from '../../../source/stores/ban-records.ts';
import type {Store} from '../../../source/stores/store.ts';
import {DAY, fill, limit, listed, type Promised, sorted} from './promised.ts';

/** The bans of ranges in force, in the order of the ranges: a store may list them in any order. */
async function ranges(store: Store): Promise<StoredBan[]> {
	return sorted(await store.ranges());
}

export function rangesBanned(promised: Promised): void {
	promised('bans of ranges are listed while they are in force', async (t, {store, pass}) => {
		t.deepEqual(await ranges(store), []);
		await store.banRange('203.0.113.0/24', {duration: 500, reason: 'a "scraper"\n'});
		await store.banRange('2001:db8::/32', {duration: Infinity});
		await store.banRange('0.0.0.0/0', {duration: 60 * DAY, reason: ''});
		await pass(499);

		t.deepEqual(await ranges(store), [
			{client: '0.0.0.0/0', by: 'hand', reason: '', endsInMs: 60 * DAY - 499},
			{client: '2001:db8::/32', by: 'hand', endsInMs: Infinity},
			{client: '203.0.113.0/24', by: 'hand', reason: 'a "scraper"\n', endsInMs: 1},
		]);
		await pass(1);
		t.deepEqual(
			(await ranges(store)).map(({client}) => client),
			['0.0.0.0/0', '2001:db8::/32'],
		);
		await pass(60 * DAY - 500);
		t.deepEqual(await ranges(store), [{client: '2001:db8::/32', by: 'hand', endsInMs: Infinity}]);
	});

	promised('a ban of a range replaces one of the same range', async (t, {store}) => {
		await store.banRange('203.0.113.0/24', {duration: 500, reason: 'first'});
		await store.banRange('203.0.113.0/24', {duration: 20});

		t.deepEqual(await ranges(store), [{client: '203.0.113.0/24', by: 'hand', endsInMs: 20}]);
	});

	promised('unbanRange ends the ban of exactly this range', async (t, {store}) => {
		for (const range of ['10.0.0.0/8', '10.0.0.0/16', '10.1.0.0/16']) {
			await store.banRange(range, {duration: 500});
		}

		await store.unbanRange('10.0.0.0/16');
		await store.unbanRange('10.0.0.0/12');
		t.deepEqual(
			(await ranges(store)).map(({client}) => client),
			['10.0.0.0/8', '10.1.0.0/16'],
		);
	});

	promised('bans of ranges and of clients are kept apart', async (t, {store}) => {
		await store.banRange('10.0.0.0/8', {duration: 500});
		await store.ban('10.0.0.1', {duration: 300});
		await store.ban('10.0.0.0/8', {duration: 400});
		await store.unban('10.0.0.0/8');
		await store.reset('10.0.0.0/8');
		await store.unban('10.0.0.1');
		await store.ban('10.0.0.2', {duration: 300});

		t.deepEqual(await ranges(store), [{client: '10.0.0.0/8', by: 'hand', endsInMs: 500}]);
		t.deepEqual(await listed(store), [{client: '10.0.0.2', by: 'hand', endsInMs: 300}]);
		await store.unbanRange('10.0.0.2');
		t.is((await listed(store)).length, 1);
	});

	promised('a ban of a range affects nobody who is not in it', async (t, {store}) => {
		await store.banRange('203.0.113.0/24', {duration: 500});
		for (const client of ['a', 'unix', 'key:203.0.113.7', '203.0.112.7', '2001:db8::/64']) {
			await fill(store, [limit(1, 1000)], 1, client);
		}

		t.is((await ranges(store)).length, 1);
	});

	promised('there can be 1,000 bans of ranges in force, and no more', async (t, {store, pass}) => {
		const all = Array.from({length: 1000}, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
		await Promise.all(
			all.map(async range => store.banRange(range, {duration: range === '10.0.7.0/24' ? 10 : 500})),
		);
		t.deepEqual(
			(await ranges(store)).map(({client}) => client),
			all.toSorted(),
		);

		const oneMore = async () => store.banRange('192.0.2.0/24', {duration: 500});
		const error = await t.throwsAsync(oneMore);
		t.regex(`${error?.message}`, /1,000/);
		await t.notThrowsAsync(async () => store.banRange('10.0.0.0/24', {duration: 600}));
		t.is((await ranges(store)).length, 1000);

		await pass(10);
		await t.notThrowsAsync(oneMore, 'the one that has ended does not count');
		await t.throwsAsync(async () => store.banRange('198.51.100.0/24', {duration: 500}));
		await store.unbanRange('10.0.0.0/24');
		await t.notThrowsAsync(async () => store.banRange('198.51.100.0/24', {duration: 500}));
		t.is((await ranges(store)).length, 1000);
	});
}

import test from 'ava';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {
	admittedWith,
	ban,
	bannedBy,
	fill,
	kinds,
	limit,
	listed,
	quota,
} from '../contract/promised.ts';

const rule = limit(2, 1000);

test('every client in a banned range is banned by hand, with the reason of the range', t => {
	const {store, pass} = manualClockStore();
	store.banRange('203.0.113.0/24', {duration: 500, reason: 'a scraper'});
	store.banRange('2001:db8::/32', {duration: 400});
	pass(100);

	for (const client of ['203.0.113.0', '203.0.113.7', '203.0.113.255']) {
		t.deepEqual(store.admit(client, [rule], {}), bannedBy('hand', 400, 'a scraper'));
		t.deepEqual(store.rangeBan(client), bannedBy('hand', 400, 'a scraper'));
	}

	for (const client of ['2001:db8::/64', '2001:db8:ffff:ffff::/64', '2001:db8::1/128']) {
		t.deepEqual(store.admit(client, [rule], {}), bannedBy('hand', 300), client);
	}

	pass(400);
	t.deepEqual(store.admit('203.0.113.7', [rule], {}), admittedWith(quota(rule, 1, 1000)));
	t.is(store.rangeBan('2001:db8::/64'), undefined);
});

test('clients that have no address, or one outside, are in no range', t => {
	const {store} = manualClockStore();
	for (const range of ['0.0.0.0/1', '203.0.113.0/24', '2000::/3', '::/1']) {
		store.banRange(range, {duration: 500});
	}

	for (const client of [
		'203.0.112.255',
		'203.0.114.0',
		'a000::/64',
		'unix',
		'no-address',
		'key:10.0.0.1',
		'key:2001:db8::1',
		'hash:0123',
		'key:10.0.0.1/8',
	]) {
		t.is(store.admit(client, [], {}).kind, 'admitted', client);
	}
});

test('of several ranges around a client, the one whose ban ends last is shown', t => {
	const {store, pass} = manualClockStore();
	store.banRange('10.0.0.0/8', {duration: 300, reason: 'large'});
	store.banRange('10.1.0.0/16', {duration: 500, reason: 'middle'});
	store.banRange('10.1.1.0/24', {duration: 100, reason: 'small'});
	const shown = (client: string) => store.admit(client, [], {});

	t.deepEqual(shown('10.1.1.1'), bannedBy('hand', 500, 'middle'));
	t.deepEqual(shown('10.1.2.1'), bannedBy('hand', 500, 'middle'));
	t.deepEqual(shown('10.2.1.1'), bannedBy('hand', 300, 'large'));
	store.unbanRange('10.1.0.0/16');
	t.deepEqual(shown('10.1.1.1'), bannedBy('hand', 300, 'large'));
	store.banRange('10.1.1.0/24', {duration: Infinity});
	t.deepEqual(shown('10.1.1.1'), bannedBy('hand', Infinity));
	pass(300);
	t.deepEqual(shown('10.1.2.1'), admittedWith());
	t.deepEqual(shown('10.1.1.1'), bannedBy('hand', Infinity));
});

test('an immune request is admitted from a banned range', async t => {
	const {store} = manualClockStore();
	store.banRange('10.0.0.0/8', {duration: 300});

	t.deepEqual(store.admit('10.0.0.1', [rule], {immune: true}), admittedWith(quota(rule, 1, 1000)));
	t.deepEqual(await kinds(store, [rule], 1, '10.0.0.1'), ['banned']);
});

test('reports of a client in a banned range are not counted', t => {
	const {store, pass} = manualClockStore();
	const banRule = ban(2, 1000, 500);
	store.banRange('10.0.0.0/8', {duration: 300});
	t.deepEqual(store.report('10.0.0.1', banRule, {weight: 5}), {reports: 0, banEndsInMs: 300});
	pass(300);

	t.deepEqual(store.report('10.0.0.1', banRule, {weight: 1}), {reports: 1});
});

test('to unban or reset a client lifts no range, and unbanning the range ends no ban of a client', async t => {
	const {store} = manualClockStore();
	store.banRange('10.0.0.0/8', {duration: 300});
	store.ban('10.0.0.1', {duration: 200});
	store.unban('10.0.0.1');
	store.reset('10.0.0.1');
	t.is(store.admit('10.0.0.1', [], {}).kind, 'banned');
	store.ban('10.0.0.2', {duration: 200});
	store.unbanRange('10.0.0.0/8');
	t.is(store.admit('10.0.0.1', [], {}).kind, 'admitted');
	t.is(store.admit('10.0.0.2', [], {}).kind, 'banned');
	t.is((await listed(store)).length, 1);
});

test('the ranges of another store can be taken over, in place of all', t => {
	const {store, pass} = manualClockStore();
	store.banRange('10.0.0.0/8', {duration: 300});
	const bans = [
		{client: '192.0.2.0/24', by: 'hand', reason: 'learned', endsInMs: 500},
		{client: '2001:db8::/32', by: 'hand', endsInMs: Infinity},
	] as const;
	store.learnRanges(bans);

	t.deepEqual(store.ranges(), bans);
	t.is(store.rangeBan('10.0.0.1'), undefined);
	t.deepEqual(store.rangeBan('192.0.2.1'), bannedBy('hand', 500, 'learned'));
	pass(500);
	t.is(store.rangeBan('192.0.2.1'), undefined);
	store.learnRanges([]);
	t.is(store.rangeBan('2001:db8::/64'), undefined);
});

test('ranges are taken over again and again, each time with their new ends and reasons', t => {
	const {store, pass} = manualClockStore();
	const shown = (client: string) => store.rangeBan(client);
	const learn = (...clients: string[]) =>
		store.learnRanges(clients.map(client => ({client, by: 'hand', endsInMs: 500})));
	learn('10.0.0.0/8', '192.0.2.0/24');
	t.deepEqual(shown('10.0.0.1'), bannedBy('hand', 500));
	pass(100);
	store.learnRanges([
		{client: '192.0.2.0/24', by: 'hand', endsInMs: 300},
		{client: '10.0.0.0/8', by: 'hand', reason: 'new', endsInMs: 50},
	]);
	t.deepEqual(shown('10.0.0.1'), bannedBy('hand', 50, 'new'));
	t.deepEqual(shown('192.0.2.1'), bannedBy('hand', 300));
	learn('10.0.0.0/8', '192.0.3.0/24');
	t.is(shown('192.0.2.1'), undefined);
	t.deepEqual(shown('192.0.3.1'), bannedBy('hand', 500));
	learn('10.0.0.0/8');
	t.is(shown('192.0.3.1'), undefined);
	learn('10.0.0.0/8', '192.0.2.0/24');
	t.deepEqual(shown('192.0.2.1'), bannedBy('hand', 500));
});

test('a range that cannot be read holds nobody', t => {
	const {store} = manualClockStore();
	store.banRange('not a range', {duration: 300});
	store.banRange('10.0.0.0/8', {duration: 300});

	t.is(store.admit('not a range', [], {}).kind, 'admitted');
	t.is(store.admit('10.0.0.1', [], {}).kind, 'banned');
	t.is(store.ranges().length, 2);
});

test('a client that the ban of a range refuses is not quiet', async t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 12});
	await fill(store, [limit(3, 1000)], 1, '10.0.0.1');
	store.banRange('10.0.0.0/8', {duration: 300});
	for (let flood = 0; flood < 100; flood += 1) {
		t.is(store.admit('10.0.0.1', [limit(3, 1000)], {}).kind, 'banned');
		store.admit(`flood ${flood}`, [limit(3, 1000)], {});
	}

	store.unbanRange('10.0.0.0/8');
	t.deepEqual(await kinds(store, [limit(3, 1000)], 3, '10.0.0.1'), [
		'admitted',
		'admitted',
		'limited',
	]);
});

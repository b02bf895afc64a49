import test from 'ava';
import {Bans} from '../../../source/dashboard/observations/bans.ts';
import type {Ban} from '../../../source/index.ts';
import {dashboardClock} from '../../support/dashboard/clock.ts';

function ban(client: string, rest: Partial<Ban> = {}): Ban {
	return {client, by: 'hand', retryAfter: 600, ...rest};
}

function watched(stored: Ban[] = []) {
	const clock = dashboardClock();
	let reads = 0;
	const bans = new Bans(async function* () {
		reads += 1;
		yield* stored;
	}, clock);
	const clients = async (search = '') =>
		(await bans.list(search)).entries.map(({client}) => client);

	return {clock, stored, bans, clients, reads: () => reads};
}

test('the store is read at most once in 5 seconds, and once for all who ask at a time', async t => {
	const {clock, stored, bans, clients, reads} = watched([ban('192.0.2.1')]);
	const lists = await Promise.all([bans.list(''), bans.list('192'), bans.find('192.0.2.1')]);
	t.is(reads(), 1);
	t.like(lists[0], {total: 1, inForce: 1, isPartial: false});
	t.is(lists[2]?.client, '192.0.2.1');
	stored.push(ban('192.0.2.2'));
	clock.pass(4999);
	t.deepEqual(await clients(), ['192.0.2.1']);
	clock.pass(1);
	t.deepEqual(await clients(), ['192.0.2.1', '192.0.2.2']);
	t.is(reads(), 2);
});

test('a ban of this process shows at once, and comes first; one that is ended goes at once', async t => {
	const {bans, clients} = watched([ban('192.0.2.1')]);
	await clients();
	bans.begin(ban('192.0.2.2'));
	bans.begin(ban('192.0.2.3'));
	bans.begin(ban('192.0.2.2', {reason: 'again'}));
	t.deepEqual(await clients(), ['192.0.2.2', '192.0.2.3', '192.0.2.1']);
	bans.end('192.0.2.3');
	bans.end('192.0.2.1');
	t.deepEqual(await clients(), ['192.0.2.2']);
});

test('what changes while the store is read is not lost', async t => {
	const clock = dashboardClock();
	let goOn = () => {};
	const held = new Promise<void>(resolve => {
		goOn = resolve;
	});
	const bans = new Bans(async function* () {
		yield ban('192.0.2.1');
		await held;
		yield ban('192.0.2.2');
	}, clock);
	const list = bans.list('');
	bans.end('192.0.2.1');
	bans.begin(ban('192.0.2.3'));
	bans.begin(ban('192.0.2.2', {reason: 'new'}));
	goOn();

	t.deepEqual(
		(await list).entries.map(({client, reason}) => [client, reason]),
		[
			['192.0.2.2', 'new'],
			['192.0.2.3', undefined],
		],
	);
});

test('the time that is left runs on, a ban ends by itself, and one without end is null', async t => {
	const {clock, bans} = watched([
		ban('192.0.2.1', {retryAfter: 4}),
		ban('192.0.2.2', {retryAfter: Infinity}),
	]);
	await bans.list('');
	clock.pass(1500);
	const left = async () => (await bans.list('')).entries.map(({retryAfter}) => retryAfter);
	t.deepEqual(await left(), [3, null]);
	clock.pass(2500);
	t.deepEqual(await left(), [null]);
	t.is(await bans.find('192.0.2.1'), undefined);
});

test('a search finds parts of clients and of reasons, in either case', async t => {
	const {clients} = watched([
		ban('192.0.2.1', {reason: 'Scraper'}),
		ban('key:Alice'),
		ban('203.0.113.0/24', {reason: 'spam'}),
	]);
	t.deepEqual(await clients('scrap'), ['192.0.2.1']);
	t.deepEqual(await clients('ALICE'), ['key:Alice']);
	t.deepEqual(await clients('/24'), ['203.0.113.0/24']);
	t.deepEqual(await clients('nobody'), []);
});

test('a read that fails keeps the last list, and says why', async t => {
	const clock = dashboardClock();
	let isFailing = false;
	const bans = new Bans(async function* () {
		if (isFailing) {
			throw new Error('gone');
		}

		yield ban('192.0.2.1');
	}, clock);
	await bans.list('');
	isFailing = true;
	clock.pass(5000);
	t.like(await bans.list(''), {total: 1, error: 'Error: gone'});
	isFailing = false;
	clock.pass(5000);
	t.is((await bans.list('')).error, undefined);
});

test('a store that does not reply holds no page up, and its list shows when it has come', async t => {
	const clock = dashboardClock();
	let reply = () => {};
	const replied = new Promise<void>(resolve => {
		reply = resolve;
	});
	const bans = new Bans(
		async function* () {
			yield ban('192.0.2.1');
			await replied;
		},
		clock,
		{first: 1, later: 1},
	);
	// The timers of the observations do not keep the process alive.
	const alive = setInterval(() => {}, 1000);
	const error = 'The store has not listed them yet.';
	t.deepEqual(await bans.list(''), {entries: [], total: 0, inForce: 0, isPartial: false, error});
	bans.begin(ban('192.0.2.2'));
	t.like(await bans.list(''), {total: 1, error});
	reply();
	let list = await bans.list('');
	while (list.error !== undefined) {
		list = await bans.list('');
	}

	clearInterval(alive);
	t.is(list.total, 2);
});

test('an iteration that cannot begin is a failed read', async t => {
	const bans = new Bans(() => {
		throw new Error('gone');
	}, dashboardClock());

	t.deepEqual(await bans.list(''), {
		entries: [],
		total: 0,
		inForce: 0,
		isPartial: false,
		error: 'Error: gone',
	});
});

test('of 20,000 bans 10,000 are kept, 100 are shown, and no more are read', async t => {
	let read = 0;
	const bans = new Bans(async function* () {
		for (; read < 20_000; read += 1) {
			yield ban(`client ${read}`);
		}
	}, dashboardClock());
	bans.begin(ban('own'));

	const {entries, total, isPartial} = await bans.list('');
	t.is(read, 10_000);
	t.is(entries.length, 100);
	t.is(total, 10_000);
	t.true(isPartial);
});

test('a flood of bans in this process stays bounded', async t => {
	const {bans} = watched();
	await bans.list('');
	for (let index = 0; index < 30_000; index += 1) {
		bans.begin(ban(`client ${index}`));
	}

	const {entries, total} = await bans.list('');
	t.is(total, 10_000);
	t.is(entries[0]?.client, 'client 29999');
});

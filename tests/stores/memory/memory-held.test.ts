import {createHook} from 'node:async_hooks';
import test from 'ava';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {manualClockStore} from '../../support/manual-clock.ts';

const minute = 60_000;
const rule = {name: 'global', count: 5, window: minute, id: `5/${minute}/global`};
const rules = [rule];
const banRule = {
	name: 'ban',
	count: 3,
	window: minute,
	id: `3/${minute}/ban`,
	durations: [1000] as const,
};

test.serial('the store forgets clients that were quiet for two windows, and ended bans', t => {
	const {store, pass} = manualClockStore();
	const before = bytesHeld();
	for (let index = 0; index < 40_000; index += 1) {
		store.admit(`asking ${index}`, [rule], {});
		store.report(`reported ${index}`, banRule, {weight: 1});
		store.ban(`banned ${index}`, {duration: minute});
	}

	const full = bytesHeld() - before;
	pass(minute);
	for (let later = 0; later < 500; later += 1) {
		// The store forgets ended bans step by step.
		pass(minute / 250);
		store.admit('another', [rule], {});
	}

	const left = bytesHeld() - before;

	t.true(full > 5_000_000, `only ${full} bytes were held`);
	t.true(left < full / 10, `${left} of ${full} bytes are still held`);
	t.is(store.admit('asking 0', [rule], {}).kind, 'admitted');
});

test.serial('the memory for a client that never stops is bounded by its rules', t => {
	const {store, pass} = manualClockStore();
	const before = bytesHeld();
	for (let asked = 0; asked < 200_000; asked += 1) {
		store.admit('a', rules, {late: asked % 2 === 0});
		store.report('b', {...banRule, count: 1_000_000}, {weight: 1});
		pass(minute / 5);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.is(store.admit('a', [rule], {}).kind, 'admitted');
});

test.serial('a client takes a few bytes, and a few more for each request', t => {
	for (const [requests, most] of [
		[1, 200],
		[100, 700],
	] as const) {
		const wide = [{...rule, count: 100, id: '100'}];
		const {store} = manualClockStore();
		const before = bytesHeld();
		for (let index = 0; index < 10_000; index += 1) {
			const client = ['10', index >> 16, (index >> 8) & 0xff, index & 0xff].join('.');
			for (let asked = 0; asked < requests; asked += 1) {
				store.admit(client, wide, {});
			}
		}

		const bytes = (bytesHeld() - before) / 10_000;
		t.true(bytes > 50 && bytes < most, `${bytes} bytes for ${requests} requests`);
		t.is(store.admit('another', wide, {}).kind, 'admitted');
	}
});

test.serial('the memory for a flood of clients is bounded by maxClients', t => {
	let now = 0;
	const store = new MemoryStore({clock: () => now, maxClients: 2000});
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`flood ${index}`, rules, {});
	}

	const full = bytesHeld() - before;
	t.true(full < 4_000_000, `${full} bytes are held`);
	now = 3 * minute;
	store.admit('another', rules, {});
	const left = bytesHeld() - before;
	t.true(left < 1_000_000, `${left} bytes are still held`);
});

test.serial('a client that was reset and unbanned takes no memory', t => {
	const {store} = manualClockStore();
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`${index}`, rules, {});
		store.ban(`${index}`, {duration: Infinity});
		store.unban(`${index}`);
		store.reset(`${index}`);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.deepEqual([...store.bans()], []);
});

test.serial('a client that was banned before takes a few bytes, until that is forgotten', t => {
	const {store, pass} = manualClockStore();
	const climbing = {...banRule, durations: [1000, 5000] as const, forgetAfter: 10 * minute};
	const before = bytesHeld();
	for (let index = 0; index < 20_000; index += 1) {
		const client = ['10', index >> 16, (index >> 8) & 0xff, index & 0xff].join('.');
		store.report(client, climbing, {weight: 3});
	}

	for (let later = 0; later < 500; later += 1) {
		// The store forgets the clients and the ended bans step by step, but the strikes stay.
		pass(minute / 200);
		store.admit('another', [rule], {});
	}

	const bytes = (bytesHeld() - before) / 20_000;
	t.true(bytes > 50 && bytes < 200, `${bytes} bytes for each client`);
	t.is(store.report('10.0.0.1', climbing, {weight: 3}).strike, 2);

	for (let later = 0; later < 1000; later += 1) {
		pass(minute / 50);
		store.admit('another', [rule], {});
	}

	const left = bytesHeld() - before;
	t.true(left < 1_000_000, `${left} bytes are still held`);
});

test.serial('a ban under escalation takes a few bytes', t => {
	const {store} = manualClockStore();
	const climbing = {...banRule, durations: [1000, 5000] as const, forgetAfter: minute};
	const before = bytesHeld();
	for (let index = 0; index < 20_000; index += 1) {
		const client = ['10', index >> 16, (index >> 8) & 0xff, index & 0xff].join('.');
		store.report(client, climbing, {weight: 3});
	}

	const bytes = (bytesHeld() - before) / 20_000;
	t.true(bytes > 100 && bytes < 600, `${bytes} bytes for each client`);
	t.is([...store.bans()].flat().length, 20_000);
	store.close();
});

test.serial('a ban of a range takes less than a kilobyte, and nothing once it has ended', t => {
	const stores = Array.from({length: 20}, () => manualClockStore());
	const before = bytesHeld();
	for (const {store} of stores) {
		for (let index = 0; index < 1000; index += 1) {
			store.banRange(`10.${index >> 8}.${index & 0xff}.0/24`, {duration: 1000});
		}

		store.admit('10.0.0.1', [], {});
	}

	const bytes = (bytesHeld() - before) / 20_000;
	t.true(bytes > 100 && bytes < 1000, `${bytes} bytes for each range`);
	for (const {store, pass} of stores) {
		pass(1000);
		t.is(store.admit('10.0.0.1', [], {}).kind, 'admitted');
	}

	const left = bytesHeld() - before;
	t.true(left < 1_000_000, `${left} bytes are still held`);
});

test.serial('a client that was only asked about a ban takes no memory', t => {
	const {store} = manualClockStore();
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`${index}`, [], {});
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.is(store.admit('0', [], {}).kind, 'admitted');
});

test.serial('the store uses no asynchronous resource, such as a timer', t => {
	const made: string[] = [];
	const hook = createHook({
		init: (_, type) => {
			made.push(type);
		},
	}).enable();
	const {store, pass} = manualClockStore();
	store.admit('a', [rule], {});
	store.report('a', banRule, {weight: 9});
	store.ban('b', {duration: minute});
	pass(2 * minute);
	store.admit('a', [rule], {});
	store.close();
	hook.disable();

	t.deepEqual(made, []);
});

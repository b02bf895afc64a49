import test from 'ava';
import {Generations} from '../../../source/stores/memory/generations.ts';
import {NONE} from '../../../source/stores/memory/records.ts';
import {SlidingLog} from '../../../source/stores/memory/sliding-log.ts';

const span = 10;
const log = new SlidingLog();

function remembering(most: number, ...names: string[]): Generations {
	const clients = new Generations(most);
	clients.rotate(0, span);
	for (const name of names) {
		remember(clients, name);
	}

	return clients;
}

/** Adds a client whose log has one event. */
function remember(clients: Generations, name: string): void {
	clients.makeRoom();
	const first = clients.logs.begin(0, NONE);
	log.find(clients.logs, first, 0);
	log.add(5, 0);
	clients.set(name, first);
}

function isKnown(clients: Generations, name: string): boolean {
	return log.find(clients.logs, find(clients, name), 0) && log.length === 1;
}

function find(clients: Generations, name: string): number {
	return clients.find(name) ?? clients.moveOld(name);
}

test('the generations turn at first, and each time a span has passed', t => {
	const clients = new Generations(10);

	t.deepEqual(
		[0, 9, 10, 19, 20, 50, 59, 60].map(now => clients.rotate(now, span)),
		[true, false, true, false, true, true, false, true],
	);
});

test('a client that is not looked up is remembered for a span, and forgotten after two', t => {
	const clients = remembering(10, 'a');

	clients.rotate(10, span);
	t.is(clients.size, 1);
	clients.rotate(20, span);
	t.is(clients.size, 0);
	t.false(isKnown(clients, 'a'));
});

test('to look up a client is to touch it', t => {
	const clients = remembering(10, 'a', 'b', 'c');

	clients.rotate(10, span);
	t.true(isKnown(clients, 'a'));
	find(clients, 'c');
	clients.rotate(20, span);
	t.deepEqual(
		['a', 'b', 'c'].map(name => isKnown(clients, name)),
		[true, false, true],
	);
});

test('after a pause of two spans, every client is forgotten', t => {
	const clients = remembering(10, 'a');

	clients.rotate(20, span);
	t.is(clients.size, 0);
});

test('there are never more clients than the maximum, and the half that was touched last is remembered', t => {
	const clients = remembering(6, 'a', 'b', 'c', 'd');

	t.true(isKnown(clients, 'a'));
	remember(clients, 'e');
	remember(clients, 'f');
	t.true(clients.size <= 6);
	t.deepEqual(
		['d', 'a', 'e', 'f'].map(name => isKnown(clients, name)),
		[true, true, true, true],
	);
	for (let flood = 0; flood < 100; flood += 1) {
		remember(clients, `flood ${flood}`);
		t.true(clients.size <= 6);
		t.true(isKnown(clients, `flood ${flood}`));
		t.true(isKnown(clients, 'a'));
	}

	t.false(isKnown(clients, 'f'));
});

test('a generation that turned because it was full is kept for a whole span', t => {
	const clients = remembering(4, 'a');
	clients.rotate(9, span);
	remember(clients, 'b');
	remember(clients, 'c');
	t.false(clients.rotate(10, span));
	t.deepEqual([isKnown(clients, 'b'), isKnown(clients, 'c')], [true, true]);
	t.true(clients.rotate(19, span));
	t.deepEqual([isKnown(clients, 'b'), isKnown(clients, 'c')], [true, true]);
});

test('delete() forgets a young or old client, and clear() forgets all', t => {
	const clients = remembering(10, 'old', 'kept');
	clients.rotate(10, span);
	remember(clients, 'young');
	for (const name of ['old', 'young', 'unknown']) {
		clients.delete(name);
		t.false(isKnown(clients, name));
	}

	t.is(clients.size, 1);
	clients.clear();
	t.is(clients.size, 0);
});

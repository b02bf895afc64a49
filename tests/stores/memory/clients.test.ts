import test from 'ava';
import {Clients} from '../../../source/stores/memory/clients.ts';
import {Log} from '../../../source/stores/memory/log.ts';
import {NONE} from '../../../source/stores/memory/records.ts';

const log = new Log();

function remembering(max: number): Clients {
	const clients = new Clients(max);
	clients.turn(0, 10);
	return clients;
}

/** Remembers a client by a log with so many events. */
function remember(clients: Clients, name: string, events = 1): void {
	clients.find(name);
	clients.makeRoom();
	const first = clients.logs.begin(0, NONE);
	clients.set(name, first);
	log.find(clients.logs, first, 0);
	for (let event = 0; event < events; event += 1) {
		log.add(1000, event);
	}
}

function eventsOf(clients: Clients, name: string): number {
	const first = clients.find(name);

	return log.find(clients.logs, first, 0) ? log.length : 0;
}

test('those near their limits and those far from it push out none of each other', t => {
	const clients = remembering(40);
	remember(clients, 'near', 100);
	clients.setNear('near');
	remember(clients, 'far');
	for (let flood = 0; flood < 100; flood += 1) {
		remember(clients, `near ${flood}`);
		clients.setNear(`near ${flood}`);
		t.is(eventsOf(clients, 'far'), 1);
		t.true(clients.size <= 40);
	}

	t.is(eventsOf(clients, 'near'), 0, 'by others that are near their limits');
	remember(clients, 'near', 100);
	clients.setNear('near');
	for (let flood = 0; flood < 100; flood += 1) {
		remember(clients, `far ${flood}`);
		t.is(eventsOf(clients, 'near'), 100);
		t.true(clients.size <= 40);
	}

	t.is(eventsOf(clients, 'far'), 0, 'by others that are far from their limits');
});

test('who is near its limit keeps its logs, and stays where it is', t => {
	const clients = remembering(40);
	remember(clients, 'a', 50);
	clients.setNear('a');
	t.is(eventsOf(clients, 'a'), 50);
	clients.setNear('a');
	t.is(eventsOf(clients, 'a'), 50);
	t.is(clients.size, 1);

	clients.turn(10, 10);
	t.is(eventsOf(clients, 'a'), 50, 'old, and young again');
	clients.turn(20, 10);
	clients.turn(30, 10);
	t.is(eventsOf(clients, 'a'), 0, 'quiet for two spans');
});

test('a client may come near its limit once it is old', t => {
	const clients = remembering(40);
	remember(clients, 'a', 3);
	clients.turn(10, 10);
	t.is(eventsOf(clients, 'a'), 3);
	clients.setNear('a');
	t.is(eventsOf(clients, 'a'), 3);
});

test('who is deleted is gone, near or far, and so is everybody once cleared', t => {
	const clients = remembering(40);
	for (const name of ['near', 'far', 'kept']) {
		remember(clients, name);
	}

	clients.find('near');
	clients.setNear('near');
	for (const name of ['near', 'far', 'unknown']) {
		clients.delete(name);
		t.is(eventsOf(clients, name), 0);
	}

	t.is(clients.size, 1);
	clients.clear();
	t.is(clients.size, 0);
});

test('touch() keeps a client from being quiet', t => {
	const clients = remembering(40);
	remember(clients, 'a');
	for (let now = 10; now < 100; now += 10) {
		clients.turn(now, 10);
		clients.touch('a');
	}

	t.is(eventsOf(clients, 'a'), 1);
});

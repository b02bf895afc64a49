import test, {type ExecutionContext} from 'ava';
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

/** Floods a level with clients, and sees that there are never too many. */
function flood(t: ExecutionContext, clients: Clients, level: number): void {
	for (let index = 0; index < 100; index += 1) {
		remember(clients, `${level} ${index}`);
		clients.raise(`${level} ${index}`, level);
		t.true(clients.size <= 60);
	}
}

test('a flood of clients pushes out none of a higher level, nor of a lower one', t => {
	for (const level of [0, 1, 2]) {
		const clients = remembering(60);
		for (const own of [0, 1, 2]) {
			remember(clients, `of ${own}`, own + 1);
			clients.raise(`of ${own}`, own);
		}

		flood(t, clients, level);
		t.deepEqual(
			[0, 1, 2].map(own => eventsOf(clients, `of ${own}`)),
			[0, 1, 2].map(own => (own === level ? 0 : own + 1)),
		);
	}
});

test('who is raised keeps its logs, and is never lowered', t => {
	const clients = remembering(60);
	remember(clients, 'a', 50);
	for (const level of [1, 2, 0, 1]) {
		clients.raise('a', level);
		t.is(eventsOf(clients, 'a'), 50);
	}

	t.is(clients.size, 1);
	flood(t, clients, 1);
	t.is(eventsOf(clients, 'a'), 50);
});

test('those of each level are forgotten when they have been quiet for two spans', t => {
	for (const level of [0, 1, 2]) {
		const clients = remembering(60);
		remember(clients, 'a', 3);
		clients.raise('a', level);
		clients.turn(10, 10);
		t.is(eventsOf(clients, 'a'), 3, 'old, and young again');
		clients.turn(20, 10);
		clients.turn(30, 10);
		t.is(eventsOf(clients, 'a'), 0);
	}
});

test('a client may be raised once it is old', t => {
	const clients = remembering(60);
	remember(clients, 'a', 3);
	clients.turn(10, 10);
	t.is(eventsOf(clients, 'a'), 3);
	clients.raise('a', 2);
	t.is(eventsOf(clients, 'a'), 3);
});

test('who is deleted is gone, of whichever level, and so is everybody once cleared', t => {
	const clients = remembering(60);
	for (const name of ['high', 'low', 'kept']) {
		remember(clients, name);
	}

	clients.find('high');
	clients.raise('high', 2);
	for (const name of ['high', 'low', 'unknown']) {
		clients.delete(name);
		t.is(eventsOf(clients, name), 0);
	}

	t.is(clients.size, 1);
	clients.clear();
	t.is(clients.size, 0);
});

test('touch() keeps a client from being quiet', t => {
	const clients = remembering(60);
	remember(clients, 'a');
	for (let now = 10; now < 100; now += 10) {
		clients.turn(now, 10);
		clients.touch('a');
	}

	t.is(eventsOf(clients, 'a'), 1);
});

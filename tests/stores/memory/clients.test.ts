import test from 'ava';
import {Clients} from '../../../source/stores/memory/clients.ts';
import {Counters} from '../../../source/stores/memory/counters.ts';
import {NONE} from '../../../source/stores/memory/records.ts';
import {SlidingLog} from '../../../source/stores/memory/sliding-log.ts';
import {bytesHeld} from '../../support/bytes-held.ts';

const log = new SlidingLog();
const levels = [0, 1, 2] as const;

function remembering(max: number): Clients {
	const clients = new Clients(max, new Counters(10));
	clients.forgetQuiet(0, 10);
	return clients;
}

/** Adds a client whose log has a number of events. */
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

/** Adds a client of the highest level. */
function rememberTop(clients: Clients, name: string): void {
	remember(clients, name);
	clients.raise(name, 2);
}

function eventsOf(clients: Clients, name: string): number {
	const first = clients.find(name);

	return log.find(clients.logs, first, 0) ? log.length : 0;
}

test('a flood of clients replaces no client of another level', t => {
	for (const level of levels) {
		const clients = remembering(60);
		for (const own of levels) {
			remember(clients, `of ${own}`, own + 1);
			clients.raise(`of ${own}`, own);
		}

		for (let flood = 0; flood < 100; flood += 1) {
			remember(clients, `flood ${flood}`);
			clients.raise(`flood ${flood}`, level);
			t.true(clients.size <= 60);
		}

		t.deepEqual(
			levels.map(own => eventsOf(clients, `of ${own}`)),
			levels.map(own => (own === level ? 0 : own + 1)),
		);
	}
});

test('a client that is raised keeps its logs, and is never lowered', t => {
	const clients = remembering(60);
	remember(clients, 'a', 50);
	for (const level of [1, 2, 0, 1] as const) {
		clients.raise('a', level);
		t.is(eventsOf(clients, 'a'), 50);
	}

	t.is(clients.size, 1);
	for (let flood = 0; flood < 100; flood += 1) {
		remember(clients, `flood ${flood}`);
		clients.raise(`flood ${flood}`, 1);
	}

	t.is(eventsOf(clients, 'a'), 50);
});

test('a client of any level is forgotten once it has been quiet', t => {
	for (const level of levels) {
		const clients = remembering(60);
		remember(clients, 'a', 3);
		clients.raise('a', level);

		clients.forgetQuiet(10, 10);
		t.is(eventsOf(clients, 'a'), 3, 'its last event was at 2');
		for (const now of [20, 30, 40]) {
			clients.forgetQuiet(now, 10);
		}

		t.is(eventsOf(clients, 'a'), 0);
		t.is(clients.size, 0);
	}
});

test('the first client of the highest level is replaced first, however often it is touched', t => {
	const clients = remembering(60);
	for (let index = 0; index < 20; index += 1) {
		rememberTop(clients, `${index}`);
	}

	for (let touch = 0; touch < 100; touch += 1) {
		clients.touch('0');
	}

	rememberTop(clients, 'one more');
	t.deepEqual(
		['0', '1', '19', 'one more'].map(name => eventsOf(clients, name)),
		[0, 1, 1, 1],
	);
});

test('only clients that reach the highest level replace one of it: to touch many is not enough', t => {
	const clients = remembering(60);
	for (let index = 0; index < 19; index += 1) {
		rememberTop(clients, `${index}`);
	}

	rememberTop(clients, 'alice');
	for (let round = 0; round < 100; round += 1) {
		for (let index = 0; index < 19; index += 1) {
			clients.touch(`${index}`);
		}
	}

	t.is(eventsOf(clients, 'alice'), 1);
	for (let index = 0; index < 19; index += 1) {
		rememberTop(clients, `later ${index}`);
	}

	t.is(eventsOf(clients, 'alice'), 1);
});

test('a client can be raised from the old generation', t => {
	const clients = remembering(60);
	remember(clients, 'a', 3);
	clients.forgetQuiet(10, 10);
	t.is(eventsOf(clients, 'a'), 3);
	clients.raise('a', 2);
	t.is(eventsOf(clients, 'a'), 3);
});

test('delete() forgets a client of any level, and clear() forgets all', t => {
	const clients = remembering(60);
	for (const name of ['kept', 'new', 'left']) {
		remember(clients, name);
	}

	clients.find('kept');
	clients.raise('kept', 2);
	for (const name of ['kept', 'new', 'unknown']) {
		clients.delete(name);
		t.is(eventsOf(clients, name), 0);
	}

	t.is(clients.size, 1);
	clients.clear();
	t.is(clients.size, 0);
});

test('a client that is touched is not quiet', t => {
	const clients = remembering(60);
	remember(clients, 'a');
	for (let now = 10; now < 100; now += 10) {
		clients.forgetQuiet(now, 10);
		clients.touch('a');
	}

	t.is(eventsOf(clients, 'a'), 1);
});

test('clients that were forgotten take no memory, whatever their levels', t => {
	const clients = remembering(60_000);
	const before = bytesHeld();
	let now = 0;
	for (let round = 0; round < 5; round += 1) {
		for (let index = 0; index < 20_000; index += 1) {
			remember(clients, `${round} ${index}`);
			if (index % 2 === 0) {
				clients.raise(`${round} ${index}`, 2);
			}
		}

		now += 1000;
		for (let step = 0; step < 500; step += 1) {
			clients.forgetQuiet(now + step, 100);
		}

		t.is(clients.size, 0, `round ${round}`);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
});

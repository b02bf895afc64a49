import test from 'ava';
import {ClientLogs} from '../../../source/stores/memory/client-logs.ts';
import {FifoClients} from '../../../source/stores/memory/fifo-clients.ts';
import {NONE} from '../../../source/stores/memory/records.ts';

/** Clients with many logs each, which have never been asked about. */
function clientsWith(logsOfEach: number, count: number): FifoClients {
	const from = new ClientLogs();
	let first = NONE;
	for (let counter = 0; counter < logsOfEach; counter += 1) {
		first = from.begin(counter, first);
	}

	const clients = new FifoClients(count);
	for (let client = 0; client < count; client += 1) {
		clients.add(`${client}`, from, first);
	}

	return clients;
}

test('one step looks at few logs, however many the clients have, and goes on with the next client', t => {
	const clients = clientsWith(990, 20);
	for (let step = 1; step < 20; step += 1) {
		const before = clients.logs.looked;
		// They have no events: these are endless ago.
		clients.forgetQuiet(0, Infinity);
		t.is(clients.logs.looked - before, 990);
		t.is(clients.size, 20 - step);
	}

	clients.forgetQuiet(0, Infinity);
	t.is(clients.size, 0);
});

test('one step looks at a few dozen logs, which may all be far apart in memory', t => {
	const clients = clientsWith(4, 1000);
	for (let step = 1; step < 20; step += 1) {
		const before = clients.logs.looked;
		clients.forgetQuiet(0, Infinity);
		t.is(clients.logs.looked - before, 52);
	}
});

import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {InFlightLimit, priorities} from '../../../source/stores/guard/in-flight-limit.ts';
import {bytesHeld} from '../../support/bytes-held.ts';

/** All places of the client `a` are taken. */
function full(timeout = 60_000): InFlightLimit {
	const places = new InFlightLimit(timeout);
	for (let taken = 0; taken < 500; taken += 1) {
		places.take('a', priorities.count);
	}

	return places;
}

test('five hundred places are free, and then one waiter after the other gets a place', async t => {
	const places = full();
	const [one, two] = [places.take('a', priorities.count), places.take('a', priorities.count)];
	const turns: string[] = [];
	one?.then(() => turns.push('one'));
	two?.then(() => turns.push('two'));
	t.is(places.take('b', priorities.count), undefined, 'another client need not wait');

	places.leave('a');
	await one;
	t.deepEqual(turns, ['one']);
	places.leave('a');
	await two;
	t.deepEqual(turns, ['one', 'two']);
});

test('of the questions about one client, changes have their turn first, and then what counts', async t => {
	const places = full();
	const turns: string[] = [];
	const waits = (['onlyBan', 'count', 'change', 'onlyBan', 'count', 'change'] as const).map(
		async (which, number) => {
			await places.take('a', priorities[which]);
			turns.push(`${which} ${number}`);
		},
	);
	for (const _ of waits) {
		places.leave('a');
	}

	await Promise.all(waits);
	t.deepEqual(turns, ['change 2', 'change 5', 'count 1', 'count 4', 'onlyBan 0', 'onlyBan 3']);
});

test('a waiter that has waited too long takes no place', async t => {
	const places = full(1);
	t.false(await places.take('a', priorities.count));
	t.is(places.take('b', priorities.count), undefined);

	for (let left = 0; left < 500; left += 1) {
		places.leave('a');
	}

	t.is(places.take('a', priorities.count), undefined);
});

test.serial('time that this process uses itself is no wait for the store', async t => {
	const places = full(1000);
	const turn = places.take('a', priorities.count);
	for (let round = 0; round < 15; round += 1) {
		busy(100);
		await setImmediate();
	}

	places.leave('a');
	t.true(await turn);
});

test.serial(
	'the memory for a client that always has five hundred questions on their way does not grow',
	t => {
		const places = full();
		const before = bytesHeld();
		for (let passed = 0; passed < 200_000; passed += 1) {
			places.take('a', priorities.count);
			places.leave('a');
		}

		const held = bytesHeld() - before;
		t.true(held < 1_000_000, `${held} bytes are held`);
		places.leave('a');
	},
);

test('a thousand questions are on their way in all, and clients that wait take turns', async t => {
	const limit = new InFlightLimit(60_000);
	const flooding = ['a', 'b'];
	for (const client of flooding) {
		for (let taken = 0; taken < 500; taken += 1) {
			t.is(limit.take(client, priorities.count), undefined);
		}
	}

	const turns: string[] = [];
	const wait = (client: string) => {
		limit.take(client, priorities.count)?.then(() => turns.push(client));
	};
	for (const client of ['e', 'e', 'e', 'bystander', 'a']) {
		wait(client);
	}

	for (let left = 0; left < 5; left += 1) {
		limit.leave('a');
		await Promise.resolve();
		await Promise.resolve();
	}

	t.deepEqual(turns, ['e', 'bystander', 'a', 'e', 'e']);
});

/** Keeps the event loop busy for milliseconds. */
function busy(ms: number): void {
	const end = performance.now() + ms;
	while (performance.now() < end) {}
}

test.serial('waits that are over are not kept, though no place gets free', async t => {
	const places = full(1);
	const before = bytesHeld();
	for (let round = 0; round < 10; round += 1) {
		await Promise.all(Array.from({length: 5000}, () => places.take('a', priorities.onlyBan)));
	}

	const held = bytesHeld() - before;
	t.true(held < 3_000_000, `${held} bytes are held`);
	places.leave('a');
});

import test from 'ava';
import {InFlightLimit} from '../../../source/stores/guard/in-flight-limit.ts';
import {bytesHeld} from '../../support/bytes-held.ts';

/** All places of the client `a` are taken. */
function full(): InFlightLimit {
	const places = new InFlightLimit();
	for (let taken = 0; taken < 500; taken += 1) {
		places.take('a');
	}

	return places;
}

test('five hundred places are free, and then one waiter after the other gets a place', async t => {
	const places = full();
	const [one, two] = [places.take('a'), places.take('a')];
	const turns: string[] = [];
	one?.turn.then(() => turns.push('one'));
	two?.turn.then(() => turns.push('two'));
	t.is(places.take('b'), undefined, 'another client need not wait');

	places.leave('a');
	await one?.turn;
	t.deepEqual(turns, ['one']);
	places.leave('a');
	await two?.turn;
	t.deepEqual(turns, ['one', 'two']);
});

test('a waiter that gave up takes no place', async t => {
	const places = full();
	const [one, two] = [places.take('a'), places.take('a')];
	one?.giveUp();
	places.leave('a');
	await two?.turn;

	for (let left = 0; left < 500; left += 1) {
		places.leave('a');
	}

	t.is(places.take('a'), undefined);
});

test('a waiter that gives up just as its turn comes passes its place on', async t => {
	const places = full();
	const [one, two] = [places.take('a'), places.take('a')];
	places.leave('a');
	one?.giveUp();
	await t.notThrowsAsync(async () => two?.turn);
});

test.serial(
	'the memory for a client that always has five hundred questions on their way does not grow',
	t => {
		const places = full();
		const before = bytesHeld();
		for (let passed = 0; passed < 200_000; passed += 1) {
			places.take('a');
			places.leave('a');
		}

		const held = bytesHeld() - before;
		t.true(held < 1_000_000, `${held} bytes are held`);
		places.leave('a');
	},
);

test('a thousand questions are on their way in all, and clients that wait take turns', async t => {
	const limit = new InFlightLimit();
	const flooding = ['a', 'b'];
	for (const client of flooding) {
		for (let taken = 0; taken < 500; taken += 1) {
			t.is(limit.take(client), undefined);
		}
	}

	const turns: string[] = [];
	const wait = (client: string) => {
		limit.take(client)?.turn.then(() => turns.push(client));
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

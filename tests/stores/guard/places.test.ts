import test from 'ava';
import {InFlightLimit} from '../../../source/stores/guard/in-flight-limit.ts';
import {bytesHeld} from '../../support/bytes-held.ts';

/** Takes all places of a client. */
function full(): InFlightLimit {
	const places = new InFlightLimit();
	for (let taken = 0; taken < 1000; taken += 1) {
		places.take('a');
	}

	return places;
}

test('a thousand places are free at once, and the next ones in turn', async t => {
	const places = full();
	const [one, two] = [places.take('a'), places.take('a')];
	const turns: string[] = [];
	one?.turn.then(() => turns.push('one'));
	two?.turn.then(() => turns.push('two'));
	t.is(places.take('b'), undefined, 'another client does not wait');

	places.leave('a');
	await one?.turn;
	t.deepEqual(turns, ['one']);
	places.leave('a');
	await two?.turn;
	t.deepEqual(turns, ['one', 'two']);
});

test('a waiter that has given up takes no place', async t => {
	const places = full();
	const [one, two] = [places.take('a'), places.take('a')];
	one?.giveUp();
	places.leave('a');
	await two?.turn;

	for (let left = 0; left < 1000; left += 1) {
		places.leave('a');
	}

	t.is(places.take('a'), undefined);
});

test('a waiter that gives up as its turn comes passes its place on', async t => {
	const places = full();
	const [one, two] = [places.take('a'), places.take('a')];
	places.leave('a');
	one?.giveUp();
	await two?.turn;
	t.pass();
});

test.serial(
	'a client that always has a thousand on their way takes no more memory with time',
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

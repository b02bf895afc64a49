import test from 'ava';
import {PartBreaker} from '../../../source/stores/guard/part-breaker.ts';
import {latch} from '../../support/latch.ts';

/** A breaker for clients whose slot is the first letter of their name. */
function opened() {
	let now = 0;
	const breaker = new PartBreaker(
		() => now,
		client => client.slice(0, 1),
	);

	return {
		breaker,
		pass: (ms: number) => {
			now += ms;
		},
		fail: (...clients: readonly string[]) => {
			for (const client of clients) {
				breaker.failed(client);
			}
		},
	};
}

const times = (count: number, client: string) => Array<string>(count).fill(client);

test('failures about one slot, however many, leave that slot alone and no other', t => {
	const {breaker, fail} = opened();
	fail(...times(4, 'a'));
	t.true(breaker.mayAsk('a'));
	fail(...times(1000, 'a'));

	t.false(breaker.mayAsk('a'));
	t.false(breaker.mayAsk('another client in slot a'));
	t.true(breaker.isOpenFor('a'));
	t.true(breaker.mayAsk('b'));
	t.false(breaker.isOpenFor('b'));
});

test('a slot that is left alone is asked about once a second, until it has a reply', t => {
	const {breaker, fail, pass} = opened();
	fail(...times(5, 'a'));

	pass(999);
	t.false(breaker.mayAsk('a'));
	pass(1);
	t.deepEqual([breaker.mayAsk('a'), breaker.mayAsk('a')], [true, false]);
	breaker.succeeded('b');
	t.false(breaker.mayAsk('a'), 'a reply about another slot says nothing');
	breaker.succeeded('a');
	t.deepEqual([breaker.mayAsk('a'), breaker.mayAsk('a')], [true, true]);
});

test('failures in a row about five slots leave the whole part alone', t => {
	const {breaker, fail} = opened();
	fail('a', 'b', 'c', 'd');
	t.true(breaker.mayAsk('f'));
	fail('e');

	t.false(breaker.mayAsk('f'));
	t.true(breaker.isOpenFor('f'));
});

test('a reply about any slot shows that the part works', t => {
	const {breaker, fail, pass} = opened();
	fail('a', 'b', 'c', 'd');
	breaker.succeeded('f');
	fail('e');
	t.true(breaker.mayAsk('f'));

	fail('a', 'b', 'c', 'd');
	t.false(breaker.mayAsk('f'));
	pass(1000);
	t.true(breaker.mayAsk('f'));
	breaker.succeeded('f');
	t.deepEqual([breaker.mayAsk('f'), breaker.mayAsk('a')], [true, true]);
});

test('slots that are left alone already do not count against the part again', t => {
	const {breaker, fail} = opened();
	for (const slot of ['a', 'b', 'c', 'd', 'e']) {
		fail(...times(5, slot));
		breaker.succeeded('f');
	}

	for (let round = 0; round < 3; round += 1) {
		fail('a', 'b', 'c', 'd', 'e');
	}

	t.true(breaker.mayAsk('f'));
});

test('a part that is left alone is asked once a second, by the clients of few slots', t => {
	const {breaker, fail, pass} = opened();
	fail('a', 'b', 'c', 'd', 'e');

	for (let second = 0; second < 3; second += 1) {
		pass(999);
		t.false(breaker.mayAsk('a'));
		pass(1);
		t.deepEqual([breaker.mayAsk('a'), breaker.mayAsk('b')], [true, false]);
		fail('a');
	}
});

test('clients of slots that still fail do not win every trial of a part that works again', t => {
	const {breaker, fail, pass} = opened();
	fail('a', 'b', 'c', 'd', 'e');
	pass(10_000);
	const failing = ['a', 'b', 'c', 'd'];

	let hasTried = false;
	for (let tenth = 0; tenth < 20 && !hasTried; tenth += 1) {
		// They ask first, and often.
		for (const client of failing) {
			if (breaker.mayAsk(client)) {
				fail(client);
			}
		}

		hasTried = breaker.mayAsk('innocent');
		pass(100);
	}

	t.false(hasTried, 'each of four slots may have a turn first');
	for (let tenth = 0; tenth < 10 && !hasTried; tenth += 1) {
		for (const client of failing) {
			if (breaker.mayAsk(client)) {
				fail(client);
			}
		}

		hasTried = breaker.mayAsk('innocent');
		pass(100);
	}

	t.true(hasTried);
});

test('a clock that goes back does not make the pause of a part longer', t => {
	const {breaker, fail, pass} = opened();
	fail('a', 'b', 'c', 'd', 'e');

	pass(-3_600_000);
	t.true(breaker.mayAsk('a'));
});

test('a part with one slot is left alone after five failures in a row', t => {
	const breaker = new PartBreaker(
		() => 0,
		() => '',
	);
	for (let failed = 0; failed < 5; failed += 1) {
		t.true(breaker.mayAsk('a'));
		breaker.failed('a');
	}

	t.false(breaker.mayAsk('b'));
});

test('while a hundred questions are without a reply, what fails is asked about once a minute', async t => {
	const {breaker, fail, pass} = opened();
	const replies = Array.from({length: 100}, () => latch());
	for (const {all} of replies) {
		breaker.gaveUp(all);
	}

	fail(...times(5, 'a'));
	t.true(breaker.mayAsk('b'), 'another slot works');
	pass(1000);
	t.false(breaker.mayAsk('a'));
	pass(59_000);
	t.true(breaker.mayAsk('a'));

	fail('a', 'b', 'c', 'd', 'e');
	pass(30_000);
	t.false(breaker.mayAsk('f'), 'so is a part that fails');
	replies[0]?.release();
	await replies[0]?.all;
	await Promise.resolve();
	t.true(breaker.mayAsk('f'), 'one has its reply');
});

test('questions that are lost now and then by a part that works cause no pause', t => {
	const {breaker, fail} = opened();
	for (let lost = 0; lost < 1000; lost += 1) {
		breaker.gaveUp(new Promise(() => {}));
		fail('a');
		t.true(breaker.mayAsk('a'));
		breaker.succeeded('a');
		t.true(breaker.mayAsk('a'));
	}
});

test('however many questions are without a reply, only what is left alone is asked about less', t => {
	const {breaker, fail, pass} = opened();
	for (let lost = 0; lost < 100; lost += 1) {
		breaker.gaveUp(new Promise(() => {}));
	}

	fail('a', 'a', 'a', 'a');
	t.true(breaker.mayAsk('a'));
	fail('a');
	pass(59_999);
	fail('b');
	t.false(breaker.mayAsk('a'));
	pass(1);
	t.true(breaker.mayAsk('a'), 'a failure about another slot makes the pause no longer');
});

test('a reply in time ends the long pause, and late replies to older questions do not shorten a later one', async t => {
	const {breaker, fail, pass} = opened();
	const late = latch();
	for (let round = 0; round < 2; round += 1) {
		for (let lost = 0; lost < 100; lost += 1) {
			breaker.gaveUp(round === 0 ? late.all : new Promise(() => {}));
		}

		fail('a', 'b', 'c', 'd', 'e');
		pass(30_000);
		t.false(breaker.mayAsk('f'));
		if (round === 0) {
			breaker.succeeded('f');
			fail('a', 'b', 'c', 'd', 'e');
			pass(1000);
			t.true(breaker.mayAsk('f'));
		}
	}

	late.release();
	await late.all;
	await Promise.resolve();
	t.false(breaker.mayAsk('f'));
});

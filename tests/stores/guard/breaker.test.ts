import test from 'ava';
import {Breaker} from '../../../source/stores/guard/breaker.ts';

function opened() {
	let now = 0;
	const breaker = new Breaker(() => now);

	return {
		breaker,
		pass: (ms: number) => {
			now += ms;
		},
		fail: (times: number) => {
			for (let failed = 0; failed < times; failed += 1) {
				breaker.failed();
			}
		},
	};
}

test('a store is asked until it has failed five times in a row', t => {
	const {breaker, fail} = opened();

	for (let round = 0; round < 3; round += 1) {
		fail(4);
		t.true(breaker.mayAsk());
		breaker.succeeded();
	}

	fail(4);
	t.true(breaker.mayAsk());
	fail(1);
	t.false(breaker.mayAsk());
});

test('a store that is left alone is asked once a second', t => {
	const {breaker, fail, pass} = opened();
	fail(5);

	for (let second = 0; second < 3; second += 1) {
		pass(999);
		t.false(breaker.mayAsk());
		pass(1);
		t.deepEqual([breaker.mayAsk(), breaker.mayAsk(), breaker.mayAsk()], [true, false, false]);
		fail(1);
	}
});

test('a question without any reply does not stop the next one a second later', t => {
	const {breaker, fail, pass} = opened();
	fail(5);

	pass(1000);
	t.true(breaker.mayAsk());
	pass(1000);
	t.true(breaker.mayAsk());
});

test('a clock that goes back does not make the pause longer', t => {
	const {breaker, fail, pass} = opened();
	fail(5);

	pass(-3_600_000);
	t.true(breaker.mayAsk());
});

test('after a reply the store is asked every time again', t => {
	const {breaker, fail, pass} = opened();
	fail(5);
	pass(1000);
	t.true(breaker.mayAsk());
	breaker.succeeded();

	t.deepEqual([breaker.mayAsk(), breaker.mayAsk()], [true, true]);
});

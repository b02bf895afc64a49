import test from 'ava';
import {Breaker} from '../../../source/stores/guard/breaker.ts';

function opened() {
	let now = 0;
	const told: string[] = [];
	const breaker = new Breaker({
		clock: () => now,
		onFailing: error => told.push(`failing: ${error}`),
		onWorking: () => told.push('working'),
	});

	return {
		breaker,
		told,
		pass: (ms: number) => {
			now += ms;
		},
		fail: (times: number) => {
			for (let failed = 0; failed < times; failed += 1) {
				breaker.failed('down');
			}
		},
	};
}

test('a store is asked as long as it does not fail five times in a row', t => {
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

test('one question a second finds out whether it still fails', t => {
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

test('a question that is not answered at all is no reason to ask no more', t => {
	const {breaker, fail, pass} = opened();
	fail(5);

	pass(1000);
	t.true(breaker.mayAsk());
	pass(1000);
	t.true(breaker.mayAsk());
});

test('by a clock that has gone back, a pause does not last', t => {
	const {breaker, fail, pass} = opened();
	fail(5);

	pass(-3_600_000);
	t.true(breaker.mayAsk());
});

test('once it has answered, it is asked again', t => {
	const {breaker, fail, pass} = opened();
	fail(5);
	pass(1000);
	t.true(breaker.mayAsk());
	breaker.succeeded();

	t.deepEqual([breaker.mayAsk(), breaker.mayAsk()], [true, true]);
});

test('each change is told once: the first failure, and ten seconds without one', t => {
	const {breaker, told, fail, pass} = opened();

	breaker.succeeded();
	t.deepEqual(told, []);
	fail(7);
	t.deepEqual(told, ['failing: down']);
	breaker.succeeded();
	pass(9999);
	breaker.succeeded();
	fail(1);
	pass(9999);
	breaker.succeeded();
	t.deepEqual(told, ['failing: down']);
	pass(1);
	breaker.succeeded();
	breaker.succeeded();
	t.deepEqual(told, ['failing: down', 'working']);
	fail(1);
	t.deepEqual(told, ['failing: down', 'working', 'failing: down']);
});

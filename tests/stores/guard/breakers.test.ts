import test from 'ava';
import {Breakers} from '../../../source/stores/guard/breakers.ts';

function opened() {
	let now = 0;
	const events: string[] = [];
	const breakers = new Breakers({
		partOf: client => client.charCodeAt(0),
		onFailing: error => events.push(`failing: ${error}`),
		onWorking: () => events.push('working'),
		clock: () => now,
	});

	return {
		breakers,
		events,
		pass(ms: number) {
			now += ms;
		},
		fail(client: string, times: number) {
			for (let failed = 0; failed < times; failed += 1) {
				breakers.of(client).failed('down');
			}
		},
	};
}

test('a part that fails is left alone, and the others are asked', t => {
	const {breakers, fail} = opened();
	fail('a', 100);

	t.false(breakers.of('a').mayAsk());
	t.false(breakers.of('a second client on it').mayAsk());
	t.true(breakers.of('b').mayAsk());
});

test('it reports once that parts fail, and once that all of them work again', t => {
	const {breakers, events, fail, pass} = opened();
	fail('a', 5);
	fail('b', 5);
	t.deepEqual(events, ['failing: down']);

	pass(10_000);
	breakers.of('a').succeeded();
	t.deepEqual(events, ['failing: down']);
	breakers.of('b').succeeded();
	t.deepEqual(events, ['failing: down', 'working']);
});

import test from 'ava';
import {Parts} from '../../../source/stores/guard/parts.ts';
import type {Store} from '../../../source/stores/store.ts';
import {commandsOnly} from '../../support/guarded-store.ts';

function failing(
	partOf: NonNullable<Store['partOf']>,
	clients: readonly string[],
	slotOf: NonNullable<Store['slotOf']> = () => 0,
): Parts {
	const parts = new Parts({...commandsOnly, partOf, slotOf}, () => 0, 5);
	for (const client of clients) {
		for (let failed = 0; failed < 5; failed += 1) {
			parts.of(client).breaker.failed(client);
		}
	}

	return parts;
}

test('a part that fails is left alone, and the others are asked', t => {
	const parts = failing(client => client.slice(0, 1), ['a']);

	t.false(parts.of('a').breaker.mayAsk('a'));
	t.false(parts.of('a second client on it').breaker.mayAsk('a second client on it'));
	t.true(parts.of('b').breaker.mayAsk('b'));
});

test('a slot that fails is left alone, and the other slots of its part are asked', t => {
	const parts = failing(
		() => 'part',
		['a'],
		client => client.slice(0, 1),
	);

	t.false(parts.of('a').breaker.mayAsk('a second client in it'));
	t.true(parts.of('b').breaker.mayAsk('b'));
});

test('a store that names no part, or no slot, has one', t => {
	for (const partOf of [
		() => {
			throw new Error('no topology yet');
		},
		() => Promise.reject(new Error('no topology yet')),
		() => Symbol('7'),
		() => ({}),
		() => undefined,
	]) {
		for (const slotOf of [partOf, () => 0]) {
			const parts = failing(partOf as never, ['a'], slotOf as never);
			t.false(parts.of('b').breaker.mayAsk('b'));
		}
	}
});

test('parts without end count as one', t => {
	const clients = Array.from({length: 5000}, (_, index) => `${index}`);
	const parts = failing(client => client, clients);
	const known = new Set(clients.map(client => parts.of(client)));

	t.true(known.size <= 1001);
});

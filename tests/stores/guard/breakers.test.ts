import test from 'ava';
import {Breakers} from '../../../source/stores/guard/breakers.ts';
import type {Store} from '../../../source/stores/store.ts';
import {commandsOnly} from '../../support/guarded-store.ts';

function failing(partOf: NonNullable<Store['partOf']>, clients: readonly string[]): Breakers {
	const breakers = new Breakers({...commandsOnly, partOf}, () => 0);
	for (const client of clients) {
		for (let failed = 0; failed < 5; failed += 1) {
			breakers.of(client).failed();
		}
	}

	return breakers;
}

test('a part that fails is left alone, and the others are asked', t => {
	const breakers = failing(client => client.slice(0, 1), ['a']);

	t.false(breakers.of('a').mayAsk());
	t.false(breakers.of('a second client on it').mayAsk());
	t.true(breakers.of('b').mayAsk());
});

test('a store that names no part has one', t => {
	for (const partOf of [
		() => {
			throw new Error('no topology yet');
		},
		() => Promise.reject(new Error('no topology yet')),
		() => 7,
		() => ({}),
		() => undefined,
	]) {
		const breakers = failing(partOf as never, ['a']);
		t.false(breakers.of('b').mayAsk());
	}
});

test('parts without end share a breaker', t => {
	const clients = Array.from({length: 5000}, (_, index) => `${index}`);
	const breakers = failing(client => client, clients);
	const known = new Set(clients.map(client => breakers.of(client)));

	t.true(known.size <= 1001);
});

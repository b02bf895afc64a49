import test from 'ava';
import {ExpiringMap} from '../../../source/collections/expiring-map.ts';
import {Strikes} from '../../../source/stores/deciding/strikes.ts';
import {ban, escalating} from '../contract/promised.ts';

const banRule = escalating(1, 1000, [10, 50], 1000);

test('the next ban lasts the next duration, and a rule without escalation has its own', t => {
	const strikes = new Strikes(new ExpiringMap(10));

	t.deepEqual(strikes.next('a', banRule, 0), {duration: 10, strike: 1});
	t.deepEqual(strikes.next('a', ban(1, 1000, 7), 10), {duration: 7});
	t.deepEqual(strikes.next('a', banRule, 20), {duration: 50, strike: 2});
	t.deepEqual(strikes.next('a', banRule, 70), {duration: 50, strike: 3});
	t.deepEqual(strikes.next('a', banRule, 70 + 1050), {duration: 10, strike: 1});
});

test('beyond the maximum, the client that was banned first is forgotten', t => {
	const strikes = new Strikes(new ExpiringMap(3));
	for (const client of ['a', 'b', 'c', 'a', 'd']) {
		strikes.next(client, banRule, 0);
	}

	t.is(strikes.next('a', banRule, 0).strike, 3);
	t.is(strikes.next('c', banRule, 0).strike, 2);
	t.is(strikes.next('b', banRule, 0).strike, 1);
});

test('forget() forgets one client', t => {
	const strikes = new Strikes(new ExpiringMap(3));
	for (const client of ['a', 'b', 'c']) {
		strikes.next(client, banRule, 0);
	}

	strikes.forget('a');
	t.is(strikes.next('a', banRule, 0).strike, 1);
	t.is(strikes.next('b', banRule, 0).strike, 2);
	t.is(strikes.of('c', 0), 1);
});

import test from 'ava';
import {describe} from '../../source/checks/describe.ts';
import {unreadable} from '../support/unreadable.ts';

class TimeoutError extends Error {}

test('an error without a message is described by its class and its code', t => {
	t.is(describe(new TimeoutError()), 'TimeoutError');
	t.is(describe(new TypeError()), 'TypeError');
	t.is(describe(new DOMException('', 'AbortError')), 'AbortError');
	const refused = Object.assign(new AggregateError([new Error('::1')]), {code: 'ECONNREFUSED'});
	t.is(describe(refused), 'AggregateError: ECONNREFUSED');
});

test('an error with a message is described by it', t => {
	t.is(describe(new TimeoutError('too late')), 'Error: too late');
	t.is(describe(Object.assign(new Error('down'), {code: 'X'})), 'Error: down');
});

test('an error that cannot be read is described all the same', t => {
	const error = new Error();
	Object.defineProperty(error, 'message', {
		get() {
			throw new Error('no');
		},
	});

	t.is(describe(error), 'a value that cannot be shown');
	t.is(describe(Object.assign(new Error(), {constructor: undefined})), 'Object');
});

test('of an object only the keys or the type are shown, in a list too', t => {
	const secret = {keySecret: 'TOPSECRET', rateLimitRule: [1, 60]};
	class Custom {
		readonly keySecret = 'TOPSECRET';
	}
	const callable = Object.assign(() => {}, secret);
	for (const [value, shown] of [
		[secret, '{keySecret, rateLimitRule}'],
		[Object.assign(Object.create(null), secret), '{keySecret, rateLimitRule}'],
		[{}, '{}'],
		[[secret, 1], '[ {keySecret, rateLimitRule}, 1 ]'],
		[[[secret]], '[ [ {keySecret, rateLimitRule} ] ]'],
		[new Custom(), 'Custom'],
		[new Map([['keySecret', 'TOPSECRET']]), 'Map'],
		[Buffer.from('TOPSECRET'), 'Buffer'],
		[Promise.resolve('TOPSECRET'), 'Promise'],
		[callable, 'a function'],
		[{[`${'k'.repeat(60)}`]: 1}, `{${'k'.repeat(40)}}`],
	] as const) {
		t.is(describe(value), shown);
	}
});

test('what holds no values under keys is shown as it is', t => {
	t.is(describe([1, 'a', null, [2]]), "[ 1, 'a', null, [ 2 ] ]");
	t.is(describe([[[1]]]), '[ [ [Array] ] ]');
	t.is(describe(Array(20).fill(1)), '[ 1, 1, 1, 1, 1, 1, 1, 1, ... 12 more items ]');
	t.is(describe(Number.NaN), 'NaN');
	t.is(describe(undefined), 'undefined');
	t.is(describe(unreadable()), 'a value that cannot be shown');
});

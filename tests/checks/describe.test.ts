import test from 'ava';
import {describe} from '../../source/checks/describe.ts';

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

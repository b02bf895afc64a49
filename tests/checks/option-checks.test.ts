import test from 'ava';
import {badOption, isOptionError} from '../../source/checks/option-checks.ts';

test('the error for an option tells code what its message tells people, and prints as before', t => {
	const error: unknown = badOption('duration', 'seconds above 0', 'soon');

	t.true(error instanceof TypeError);
	t.true(isOptionError(error));
	t.like(error, {
		option: 'duration',
		allowed: 'seconds above 0',
		message: "`duration` must be seconds above 0, got 'soon'",
	});
	t.deepEqual(Object.keys(error as object), []);
	for (const other of [new TypeError('`duration` must be 5'), undefined, {option: 'duration'}]) {
		t.false(isOptionError(other));
	}
});

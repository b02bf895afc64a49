import test from 'ava';
import {readBan, readOutcome} from '../../../source/stores/redis/ban-protocol.ts';

test('an outcome that no script sends is an error', t => {
	t.throws(() => readOutcome(null), {instanceOf: TypeError});
});

test('a reason that is not JSON is no reason', t => {
	t.deepEqual(readBan('a', ['h', '5', '{']), {client: 'a', by: 'hand', endsInMs: 5});
	t.is(readBan('a', null), undefined);
});

test("what may follow the reason of a trap's ban is no part of it", t => {
	for (const reason of ['', 'a r9', '" r9', '\u2028 r']) {
		const text = JSON.stringify(reason);
		for (const after of ['', ' r17964', ' rinf']) {
			t.is(readBan('a', ['t', '5', text + after])?.reason, reason);
			t.is(readBan('a', ['t', '5', after])?.reason, undefined);
		}
	}
});

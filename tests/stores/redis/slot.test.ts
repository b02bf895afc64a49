import test from 'ava';
import {slotOf} from '../../../source/stores/redis/slot.ts';

test('a hash tag has the slot that the cluster specification gives it', t => {
	t.is(slotOf('123456789'), 0x31c3);
	t.is(slotOf('foo'), 12_182);
	t.is(slotOf('somekey'), 11_058);
	t.is(slotOf('hash_tag'), 2515);
	t.is(slotOf('\u00fc'), slotOf(Buffer.from([0xc3, 0xbc]).toString()));
});

import test from 'ava';
import {NotBanned} from '../../../source/stores/reply-cache/not-banned.ts';

test('while limits refuse a client, the store remembers for a second that it has no ban', t => {
	const unbanned = new NotBanned();
	unbanned.foundNoBan('a', 10, 10);
	t.false(unbanned.has('a', 10), 'it was not refused');

	unbanned.refused('a', 30);
	t.true(unbanned.has('a', 809));
	t.false(unbanned.has('a', 810), 'one request asks again');
	unbanned.belief('a')?.renew(undefined, 810);
	t.true(unbanned.has('a', 810), 'the others do not');
	t.true(unbanned.has('a', 1009));
	t.false(unbanned.has('a', 1010), 'a second after the question');
	t.false(unbanned.has('a', 9), 'the clock has gone back');
	t.false(unbanned.has('b', 30));
});

test('that a client has no ban is forgotten a second after its last refusal', t => {
	const unbanned = new NotBanned();
	unbanned.foundNoBan('a', 10, 10);
	unbanned.refused('a', 900);
	unbanned.foundNoBan('a', 1500, 1500);
	t.true(unbanned.has('a', 1899));
	t.false(unbanned.has('a', 1900));

	unbanned.refused('a', 1950);
	t.true(unbanned.has('a', 1950));
});

test('a refusal does not say whether a client has a ban, if no request has asked', t => {
	const unbanned = new NotBanned();
	unbanned.refused('a', 10);
	t.false(unbanned.has('a', 10));
});

test('one client, or every client, can be forgotten', t => {
	const unbanned = new NotBanned();
	for (const client of ['a', 'b']) {
		unbanned.foundNoBan(client, 10, 10);
		unbanned.refused(client, 10);
	}

	unbanned.forget('a');
	t.deepEqual([unbanned.has('a', 10), unbanned.has('b', 10)], [false, true]);
	unbanned.clear();
	t.false(unbanned.has('b', 10));
});

test('while one request asks, the others use the earlier reply, until they are limited no more', t => {
	const unbanned = new NotBanned();
	unbanned.foundNoBan('a', 10, 10);
	unbanned.refused('a', 900);
	const settled = unbanned.belief('a')?.renew(new AbortController(), 900);
	unbanned.refused('a', 1500);
	t.true(unbanned.has('a', 2499));
	t.false(unbanned.has('a', 2500), 'a second after the last refusal');
	t.is(unbanned.belief('b')?.renew(undefined, 900), undefined);

	settled?.();
	t.false(unbanned.has('a', 1500));
	t.is(unbanned.belief('a')?.renew(undefined, 1500), undefined, 'too old to be used any longer');
});

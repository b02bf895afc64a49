import test from 'ava';
import {listOf} from '../../../source/stores/redis/connection/reply-list.ts';
import {readDecision, readInspection} from '../../../source/stores/redis/decision-protocol.ts';
import {ReplyCache} from '../../../source/stores/reply-cache/reply-cache.ts';
import {limit} from '../contract/promised.ts';

const rules = [limit(2, 1000)];

test('a reply that no script sends is an error', t => {
	for (const [values, message] of [
		[[], 'A script returned too little'],
		[[7], 'A script returned an unknown kind of verdict'],
		[[0, 1], 'A script returned too little'],
		[[1, 1, 5, 0, 9, 9], 'A script returned a rule that was not asked about'],
		[[1, 1, 0, 0, 9], 'A script returned too little'],
	] as const) {
		t.throws(() => readDecision(values.values(), rules, {}), {instanceOf: TypeError, message});
	}

	for (const values of [[], [null, 0, 0], [null, 0, 0, 1]]) {
		t.throws(() => readInspection('a', rules, values), {message: 'A script returned too little'});
	}

	t.throws(() => readInspection('a', rules, ['x', 0, 0, 1, 5]), {instanceOf: TypeError});
	t.throws(() => readInspection('a', rules, null), {instanceOf: TypeError});
	t.throws(() => listOf('OK'), {instanceOf: TypeError, message: 'A script returned "OK"'});
});

test('a request that is counted late is never decided from memory', t => {
	const cache = new ReplyCache({believesNoBan: true});
	const options = {};
	const asked = {client: 'a', rules, options, at: 0, version: cache.version};
	cache.learn(asked, {kind: 'banned', by: 'hand', endsInMs: 900}, 0);

	t.is(cache.recall('a', rules, {}, 1)?.kind, 'banned');
	t.is(cache.recall('a', rules, {late: true}, 1), undefined);
});

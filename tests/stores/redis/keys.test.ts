import {toUSVString} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {Keys, shortId} from '../../../source/stores/redis/keys.ts';
import {anyCharacter} from '../../support/generators/any-character.ts';
import {runs} from '../../support/runs.ts';

const keys = new Keys('gk:');

/** The key of a client, possibly with the syntax of the store's own keys. */
const anyText = fc
	.array(
		fc.oneof(
			fc.constantFrom('{', '}', '%', '%25', '%7D', '!', '*'),
			fc.string({unit: anyCharacter, minLength: 1}),
		),
		{minLength: 1},
	)
	.map(parts => toUSVString(parts.join('')));

/** The part of a key that determines its slot in a cluster (Redis cluster specification, hash tags). */
function hashTag(key: string): string {
	const open = key.indexOf('{');
	const close = key.indexOf('}', open + 1);

	return open === -1 || close <= open + 1 ? key : key.slice(open + 1, close);
}

test('an address is unchanged in its keys', t => {
	t.is(keys.stateOf('203.0.113.7'), 'gk:{203.0.113.7}');
	t.is(keys.stateOf('2001:db8:1:2::/64'), 'gk:{2001:db8:1:2::/64}');
	t.is(keys.stateOf('64:ff9b::c633:6401/128'), 'gk:{64:ff9b::c633:6401/128}');
	t.is(keys.reportsOf('203.0.113.7'), 'gk:{203.0.113.7}!');
});

test('the client can be read back from its key, and no other client has that key', t => {
	t.notThrows(() =>
		fc.assert(
			fc.property(anyText, anyText, (one, other) => {
				const [state, another] = [one, other].map(client => keys.stateOf(client));
				return keys.clientOf(state ?? '') === one && (state === another) === (one === other);
			}),
			{numRuns: runs(300)},
		),
	);
});

test('all keys of a client have the same hash tag, which is not empty', t => {
	t.notThrows(() =>
		fc.assert(
			fc.property(anyText, client => {
				const state = keys.stateOf(client);
				const others = [keys.reportsOf(client), keys.strikesOf(client), keys.givenBackOf(client)];
				const tags = [state, ...others, state + shortId('1/2/x')].map(hashTag);
				return tags.every(tag => tag === tags[0] && state === `gk:{${tag}}`);
			}),
			{numRuns: runs(300)},
		),
	);
});

test('the id of a counter in a key is short, and cannot end a hash tag', t => {
	const ids = ['100/60000/global', '10/1000/global', '100/60000/}{'].map(shortId);

	t.true(ids.every(id => /^[\w-]{8}$/.test(id)));
	t.is(new Set(ids).size, ids.length);
});

import {toUSVString} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {Keys, shortId} from '../../../source/stores/redis/keys.ts';

const keys = new Keys('gk:');

/** Any client's key, with the syntax of the store's own keys in it. */
const anyText = fc
	.array(
		fc.oneof(
			fc.constantFrom('{', '}', '%', '%25', '%7D', '!', '*'),
			fc.string({unit: 'binary', minLength: 1}),
		),
		{minLength: 1},
	)
	.map(parts => toUSVString(parts.join('')));

/** What a cluster finds a key's slot by (Redis cluster specification, hash tags). */
function hashTag(key: string): string {
	const open = key.indexOf('{');
	const close = key.indexOf('}', open + 1);

	return open === -1 || close <= open + 1 ? key : key.slice(open + 1, close);
}

test('an address stands in its keys as it is', t => {
	t.is(keys.stateOf('203.0.113.7'), 'gk:{203.0.113.7}');
	t.is(keys.stateOf('2001:db8:1:2::/64'), 'gk:{2001:db8:1:2::/64}');
	t.is(keys.reportsOf('203.0.113.7'), 'gk:{203.0.113.7}!');
});

test('the client is found again in its key, whatever it is, and no other has that key', t => {
	t.notThrows(() =>
		fc.assert(
			fc.property(anyText, anyText, (one, other) => {
				const [state, another] = [one, other].map(client => keys.stateOf(client));
				return keys.clientOf(state ?? '') === one && (state === another) === (one === other);
			}),
			{numRuns: 3000},
		),
	);
});

test('all keys of a client have one hash tag, which is not empty, whatever the client is', t => {
	t.notThrows(() =>
		fc.assert(
			fc.property(anyText, client => {
				const state = keys.stateOf(client);
				const tags = [state, keys.reportsOf(client), state + shortId('1/2/x')].map(hashTag);
				return tags.every(tag => tag === tags[0] && state === `gk:{${tag}}`);
			}),
			{numRuns: 3000},
		),
	);
});

test('what counters are called in keys is short, and can end no hash tag', t => {
	const ids = ['100/60000/global', '10/1000/global', '100/60000/}{'].map(shortId);

	t.true(ids.every(id => /^[\w-]{8}$/.test(id)));
	t.is(new Set(ids).size, ids.length);
});

import test from 'ava';
import fc from 'fast-check';
import {canonicalKey, parseKey} from '../../source/client/key.ts';
import {bytesHeld} from '../support/bytes-held.ts';
import {anyCharacter} from '../support/generators/any-character.ts';

const long = 'x'.repeat(100_000);

test('a key of any length and content has a canonical form, which is short and well-formed', t => {
	const longer = long.repeat(10);
	const texts = [
		'alice',
		'__proto__',
		'\0',
		'\ud800',
		longer,
		'a:b',
		'/64',
		'hash:',
		'203.0.113.7',
	];

	for (const text of texts) {
		const key = canonicalKey('key', text);
		t.true(key.length <= 128 && Buffer.from(key).toString() === key);
		t.is(canonicalKey('key', text), key);
		t.is(parseKey(key), key);
	}

	t.is(canonicalKey('key', 'alice'), 'key:alice');
	t.regex(canonicalKey('key', longer), /^hash:[\da-f]{64}$/);
});

test('a key that was cut from a long text does not keep the text in memory', t => {
	const before = bytesHeld();
	const keys = Array.from({length: 200}, (_, index) => {
		const body = `${index}`.padEnd(100_000, '-').concat('\n');
		return canonicalKey('key', body.slice(0, 50));
	});

	t.true(bytesHeld() - before < 1_000_000, `${bytesHeld() - before} bytes are held`);
	t.is(keys.length, 200);
});

test('different keys have different canonical forms', t => {
	const text = fc.oneof(
		fc.string({unit: anyCharacter, minLength: 1}),
		fc.constantFrom('\ud800', '\ud801', '\ufffd', '\udc00\ud800', 'a\ud800', 'a\ufffd'),
		fc.constantFrom(long, `${long}x`, `${long}\0`, 'x'.repeat(124), 'x'.repeat(125)),
		fc.constantFrom('a', 'b').map(last => canonicalKey('key', long + last)),
	);
	const kind = fc.constantFrom('key' as const, 'specific-key' as const);
	const property = fc.property(kind, text, kind, text, (kindA, textA, kindB, textB) => {
		const isSame = kindA === kindB && textA === textB;
		return isSame === (canonicalKey(kindA, textA) === canonicalKey(kindB, textB));
	});

	t.notThrows(() => fc.assert(property, {numRuns: 300}));
});

test('parseKey accepts only keys as bans() shows them', t => {
	for (const text of ['', 'key:', 'key', 'alice', 'hash:', 'hash:0', `hash:${'G'.repeat(64)}`]) {
		t.is(parseKey(text), undefined);
	}
});

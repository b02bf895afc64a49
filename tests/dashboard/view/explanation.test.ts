import test from 'ava';
import {
	explanationFields,
	explanationSentence,
} from '../../../source/dashboard/view/explanation.ts';
import type {Explanation} from '../../../source/index.ts';

const explanation: Explanation = {
	client: '192.0.2.1',
	exemption: undefined,
	peer: '10.0.0.2',
	end: 'client',
	passed: [],
};

const sentences: Readonly<Record<Explanation['end'], string>> = {
	'no-ip-header': 'No option names a header, so the address that connects is the client.',
	'untrusted-peer':
		'The address that connects is not a trusted proxy, so it is the client, whatever its header says.',
	'header-missing': 'A trusted proxy connects, but its header names no client.',
	client: 'A trusted proxy connects, and its header names this client.',
	'all-proxies':
		'Every address in the header is a trusted proxy. The left-most counts as the client.',
	unreadable:
		'The header contains something that is not an address. The last good address counts as the client.',
	'too-many-hops': 'The nearest 100 addresses in the header are trusted proxies, and more follow.',
};

for (const [end, sentence] of Object.entries(sentences)) {
	test(`of a client that was identified by ${end} the page says: ${sentence}`, t => {
		t.is(explanationSentence({...explanation, end: end as Explanation['end']}), sentence);
	});
}

test('a peer without an address is told in words', t => {
	t.true(String(explanationFields({...explanation, peer: 'unix'})).includes('a Unix socket'));
	t.true(
		String(explanationFields({...explanation, peer: 'no-address'})).includes('gives no address'),
	);
});

test('a client by its key is said to be one', t => {
	t.true(
		explanationSentence({...explanation, client: 'key:alice'}).startsWith(
			'The option key identifies it. ',
		),
	);
});

test('what is not known of a client is left out', t => {
	const fields = (given: Explanation) =>
		[...String(explanationFields(given)).matchAll(/<dt>(.*?)<\/dt>/g)].map(([, term]) => term);

	t.deepEqual(fields(explanation), ['Connects from']);
	t.deepEqual(
		fields({
			...explanation,
			header: 'forwarded',
			passed: ['10.0.0.3'],
			address: '192.0.2.1',
			exemption: 'method',
		}),
		['Connects from', 'Header', 'Its value', 'Trusted proxies', 'Whole address', 'Exempt'],
	);
});

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

const ends: ReadonlyArray<Explanation['end']> = [
	'no-ip-header',
	'untrusted-peer',
	'header-missing',
	'client',
	'all-proxies',
	'unreadable',
	'too-many-hops',
];

test('each way to identify a client has a sentence of its own', t => {
	const sentences = ends.map(end => explanationSentence({...explanation, end}));

	t.is(new Set(sentences).size, ends.length);
	t.true(sentences.every(sentence => /^[A-Z].*\.$/.test(sentence)));
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

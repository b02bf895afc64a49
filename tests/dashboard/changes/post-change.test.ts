import test from 'ava';
import type {Ban} from '../../../source/index.ts';
import {dashboardApp} from '../../support/dashboard/app.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {forwardTo} from '../../support/forwarding-store.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {unreadable} from '../../support/unreadable.ts';

async function bansOf(bans: AsyncIterable<Ban>): Promise<ReadonlyArray<Partial<Ban>>> {
	const all: Ban[] = [];
	for await (const ban of bans) {
		all.push(ban);
	}

	return all;
}

onEveryStore(
	'a script bans, lists and unbans a client, which is refused meanwhile',
	async (t, {store}) => {
		const {http, from} = dashboardApp({gate: {store, ipHeader: 'X-Forwarded-For'}});
		const post = async (fields: object) => (await http.post('/').send(fields)).body;
		const list = async () => (await http.get('/?format=json')).body.bans;
		const ping = async () => (await from('192.0.2.1').get('/ping')).status;

		t.deepEqual(
			await post({action: 'ban', client: '192.0.2.1', duration: '10m', reason: 'scraper'}),
			{action: 'ban', client: '192.0.2.1', message: '192.0.2.1 is banned for 10 min.'},
		);
		t.is(await ping(), 403);
		t.deepEqual(await list(), {
			entries: [{client: '192.0.2.1', by: 'hand', reason: 'scraper', retryAfter: 600}],
			total: 1,
			inForce: 1,
			isPartial: false,
		});
		t.deepEqual(await post({action: 'unban', client: '192.0.2.1'}), {
			action: 'unban',
			client: '192.0.2.1',
			message: '192.0.2.1 is no longer banned.',
		});
		t.is(await ping(), 200);
		t.is((await list()).total, 0);
	},
);

onEveryStore(
	'ranges and keys are banned and unbanned by the names that the list shows',
	async (t, {store}) => {
		const {http, gate} = dashboardApp({gate: {store}});
		const post = async (fields: object) => (await http.post('/').send(fields)).body.message;

		t.is(
			await post({action: 'ban', client: ' 203.0.113.9/24 ', duration: 'Endless'}),
			'203.0.113.9/24 is banned without end.',
		);
		await post({action: 'ban', client: 'alice', kind: 'key', duration: '1h'});
		await post({action: 'ban', client: '2001:db8::1', kind: 'address', reason: ''});
		const {entries} = (await http.get('/?format=json')).body.bans;
		t.deepEqual(entries, [
			{client: '2001:db8::/64', by: 'hand', retryAfter: null},
			{client: 'key:alice', by: 'hand', retryAfter: 3600},
			{client: '203.0.113.0/24', by: 'hand', retryAfter: null},
		]);

		t.regex(
			await post({action: 'unban', client: '203.0.113.7'}),
			/in the banned range 203.0.113.0\/24/,
		);
		for (const {client} of entries) {
			t.is(await post({action: 'unban', client}), `${client} is no longer banned.`);
		}

		t.deepEqual(await bansOf(gate.bans()), []);
	},
);

onEveryStore('white space is a part of a key that the list shows', async (t, {store}) => {
	const {http, gate} = dashboardApp({gate: {store}});
	await gate.ban({key: ' alice '});
	await http.post('/').send({action: 'unban', client: 'key: alice '});
	t.deepEqual(await bansOf(gate.bans()), []);
});

onEveryStore('reset forgets the requests of a client', async (t, {store}) => {
	const {http, gate} = dashboardApp({gate: {store, rateLimitRule: [5, 60]}});
	await http.get('/ping');
	t.like((await gate.inspect('127.0.0.1')).limits[0], {remaining: 4});
	const {body} = await http.post('/').send({action: 'reset', client: '127.0.0.1'});
	t.is(body.message, 'The requests and reports of 127.0.0.1 are forgotten.');
	t.like((await gate.inspect('127.0.0.1')).limits[0], {remaining: 5});
});

onEveryStore(
	'two operators may end the same ban, and the second is told so',
	async (t, {store}) => {
		const {http, gate} = dashboardApp({gate: {store}});
		await gate.ban('192.0.2.1');
		const end = async () => {
			const {status, body} = await http.post('/').send({action: 'unban', client: '192.0.2.1'});
			return [status, body.message];
		};

		t.deepEqual(await end(), [200, '192.0.2.1 is no longer banned.']);
		t.deepEqual(await end(), [200, '192.0.2.1 was not banned (any more).']);
		await gate.ban('192.0.2.2');
		const both = await Promise.all(
			[1, 2].map(() => http.post('/').send({action: 'unban', client: '192.0.2.2'})),
		);
		t.deepEqual(
			both.map(({status}) => status),
			[200, 200],
		);
		t.deepEqual(await bansOf(gate.bans()), []);
	},
);

test('what one operator changes shows to another at once', async t => {
	const {http, gate} = dashboardApp();
	const seen = async () => (await http.get('/?format=json')).body.bans.total;
	t.is(await seen(), 0);
	await http.post('/').send({action: 'ban', client: '192.0.2.1'});
	t.is(await seen(), 1);
	await gate.unban('192.0.2.1');
	t.is(await seen(), 0);
});

test('without a duration, a ban is as long as the ban rule says', async t => {
	const {http} = dashboardApp({gate: {banRule: [3, 60, 600]}});
	await http.post('/').send({action: 'ban', client: '192.0.2.1', duration: ''});

	const {bans} = (await http.get('/?format=json')).body;
	t.is(bans.entries[0].retryAfter, 600);
});

const wrong: ReadonlyArray<[fields: unknown, field: string, message: RegExp]> = [
	[{}, 'action', /^The field action must be ban, unban or reset\.$/],
	[{client: '192.0.2.1'}, 'action', /must be ban, unban or reset/],
	[{action: 'banish', client: '192.0.2.1'}, 'action', /must be ban, unban or reset/],
	[{action: 'constructor', client: '192.0.2.1'}, 'action', /must be ban, unban or reset/],
	[{action: ['ban'], client: '192.0.2.1'}, 'action', /must be a single string/],
	[{action: 'ban'}, 'client', /^Write an address, a range, or a name from the list\.$/],
	[
		{action: 'ban', client: '   '},
		'client',
		/^Write an address, a range, or a name from the list\.$/,
	],
	[{action: 'ban', client: '', kind: 'key'}, 'client', /^Write an address/],
	[{action: 'ban', client: ['192.0.2.1', '192.0.2.2']}, 'client', /must be a single string/],
	[{action: 'ban', client: {key: 'alice'}}, 'client', /must be a single string/],
	[{action: 'ban', client: null}, 'client', /must be a single string/],
	[{action: 'ban', client: 'alice'}, 'client', /^This is not a client: write an address/],
	[{action: 'unban', client: 'alice'}, 'client', /^This is not a client/],
	[{action: 'reset', client: '192.0.2.0/24'}, 'client', /^This is not a client/],
	[{action: 'ban', client: '2001:db8::/96'}, 'client', /^This is not a client/],
	[{action: 'ban', client: '192.0.2.256'}, 'client', /^This is not a client/],
	[{action: 'ban', client: '`allow` list'}, 'client', /^This is not a client/],
	[
		{action: 'ban', client: '10.1.2.3'},
		'client',
		/^Write a client that is not on the `allow` list/,
	],
	[
		{action: 'ban', client: '10.0.0.0/16'},
		'client',
		/^Write a client that is not on the `allow` list/,
	],
	[{action: 'ban', client: 'unix'}, 'client', /would shut everyone out/],
	[{action: 'ban', client: '192.0.2.1', kind: 'range'}, 'client', /kind must be address or key/],
	[{action: 'ban', client: '192.0.2.1', kind: 5}, 'client', /field kind must be a single string/],
	[
		{action: 'ban', client: '192.0.2.1', duration: '600'},
		'duration',
		/^Write a duration with its unit/,
	],
	[{action: 'ban', client: '192.0.2.1', duration: 'soon'}, 'duration', /or write endless/i],
	[{action: 'ban', client: '192.0.2.1', duration: '-5m'}, 'duration', /^Write a duration/],
	[{action: 'ban', client: '192.0.2.1', duration: 600}, 'duration', /must be a single string/],
	[{action: 'ban', client: '192.0.2.1', reason: {}}, 'reason', /must be a single string/],
	[
		{action: 'ban', client: '192.0.2.1', durration: '1h'},
		'action',
		/^The fields are action, client,/,
	],
	[
		JSON.parse('{"action": "ban", "client": "192.0.2.1", "__proto__": "x"}'),
		'action',
		/^The fields/,
	],
	[{action: 'ban', client: '192.0.2.1', constructor: 'x'}, 'action', /^The fields are/],
	[{action: 'ban', client: '192.0.2.1', toString: 'x'}, 'action', /^The fields are/],
];

for (const [fields, field, message] of wrong) {
	const text = JSON.stringify(fields);
	test(`a script that sends ${text} gets an error of the field ${field}`, async t => {
		const {http, gate} = dashboardApp({gate: {allow: ['10.0.0.0/8']}});
		const {status, body} = await http.post('/').type('json').send(text);

		t.is(status, 400);
		t.is(body.error.field, field);
		t.regex(body.error.message, message);
		t.is(body.message, undefined);
		t.is(gate.stats().bans, 0);
	});
}

test('a form gets the page with its error, and keeps what was typed', async t => {
	const {http, gate} = dashboardApp();
	const {status, type, text} = await http
		.post('/')
		.set('Sec-Fetch-Site', 'same-origin')
		.type('form')
		.send({action: 'ban', client: '192.0.2.77', duration: 'soon', reason: 'a <b>reason</b>'});

	t.is(status, 400);
	t.is(type, 'text/html');
	t.true(text.includes('Write a duration with its unit'));
	t.true(text.includes('192.0.2.77'));
	t.true(text.includes('a &lt;b&gt;reason&lt;/b&gt;'));
	t.is(gate.stats().bans, 0);
});

test('a form that has changed something leads to the page, which shows how the client stands', async t => {
	const {http} = dashboardApp();
	const send = (path: string, client: string) =>
		http.post(path).set('Sec-Fetch-Site', 'same-origin').type('form').send(`action=ban&${client}`);

	t.like((await send('/', 'client=192.0.2.1')).headers, {location: '?client=192.0.2.1'});
	t.like((await send('/?client=x', 'client=192.0.2.1')).headers, {location: '?client=192.0.2.1'});
	const {location = ''} = (await send('/', 'client=a%20%26b&kind=key')).headers;
	t.is(location, '?client=key%3Aa+%26b');
	t.true((await http.get(`/${location}`)).text.includes('Unban<span'));
	t.is((await send('/?format=json', 'client=192.0.2.1')).status, 200);
});

test('a field that a form sends twice is an error of it', async t => {
	const {http, gate} = dashboardApp();
	for (const [fields, message] of [
		['action=ban&client=192.0.2.1&client=192.0.2.2', 'The field client must be a single string.'],
		['action=ban&action=unban&client=192.0.2.2', 'The field action must be a single string.'],
		[
			'action=ban&client=192.0.2.1&__proto__=x',
			'The fields are action, client, kind, duration or reason. There is no other.',
		],
	]) {
		const {status, body} = await http
			.post('/?format=json')
			.set('Sec-Fetch-Site', 'same-origin')
			.type('form')
			.send(fields);
		t.is(status, 400);
		t.is(body.error.message, message);
	}

	t.is(gate.stats().bans, 0);
});

test('a range too many is the error of its field', async t => {
	const {http, gate} = dashboardApp();
	for (let index = 0; index < 1000; index += 1) {
		await gate.ban(`10.${index >> 8}.${index & 255}.0/24`);
	}

	const {status, body} = await http.post('/').send({action: 'ban', client: '192.0.2.0/24'});
	t.is(status, 400);
	t.like(body.error, {field: 'client'});
	t.regex(body.error.message, /^1,000 ranges of addresses are banned/);
});

test('a store that fails is a 503 that says what became of the change', async t => {
	for (const [error, outcome] of [
		[new TypeError('x is not a function'), 'the change may have been made'],
		[Object.assign(new Error('gone'), {code: 'ERR_GATEKEEPER_NOT_SENT'}), 'nothing has changed'],
		[Object.assign(new Error('gone'), {code: 'ERR_GATEKEEPER_UNANSWERED'}), 'may have been made'],
		[unreadable(), 'may have been made'],
	] as const) {
		const fail = () => {
			throw error;
		};
		const {store} = manualClockStore();
		const {http, errors} = dashboardApp({
			gate: {store: forwardTo(store, {ban: fail, unban: fail, reset: fail, inspect: fail})},
		});
		for (const action of ['ban', 'unban', 'reset']) {
			const {status, body} = await http.post('/').send({action, client: '192.0.2.1'});
			t.is(status, 503);
			t.is(body.error.field, 'action');
			t.true(body.error.message.startsWith('The store is failing, and '));
			t.true(body.error.message.includes(outcome));
			const page = await http
				.post('/')
				.set('Sec-Fetch-Site', 'same-origin')
				.type('form')
				.send({action, client: '192.0.2.1'});
			t.is(page.status, 503);
			t.is(page.type, 'text/html');
			t.true(page.text.includes('The store is failing, and'));
		}

		t.deepEqual(errors, []);
	}
});

import {connect} from 'node:net';
import {gzipSync} from 'node:zlib';
import {bodyParser} from '@koa/bodyparser';
import test from 'ava';
import type {Context, Next} from 'koa';
import {dashboardApp} from '../../support/dashboard/app.ts';
import {serve} from '../../support/servers.ts';

const json = {'Content-Type': 'application/json'};

test('fields of other types, or encoded, are a 415', async t => {
	const {http} = dashboardApp();
	const {status, body} = await http
		.post('/?format=json')
		.set('Sec-Fetch-Site', 'same-origin')
		.type('text/plain')
		.send('action=ban');
	t.is(status, 415);
	t.deepEqual(body, {
		error: {
			field: 'action',
			message:
				'Send the fields as application/json or application/x-www-form-urlencoded, without a Content-Encoding.',
		},
	});
	const encoded = await http
		.post('/')
		.set({...json, 'Content-Encoding': 'gzip'})
		.send('{}');
	t.is(encoded.status, 415);
});

test('a multipart form is a 415 with the page', async t => {
	const {http} = dashboardApp();
	const {status, type, text} = await http
		.post('/')
		.set('Sec-Fetch-Site', 'same-origin')
		.field('action', 'ban');

	t.is(status, 415);
	t.is(type, 'text/html');
	t.true(text.includes('Send the fields as application/json'));
});

test('fields of more than 16 KB are a 413, and of 16 KB are read', async t => {
	const {app, gate} = dashboardApp();
	const {origin} = await serve(t, app);
	const fields = (length: number) => {
		const start = '{"action": "ban", "client": "192.0.2.1", "reason": "';
		return `${start}${'x'.repeat(length - start.length - 2)}"}`;
	};
	const post = async (body: string | ReadableStream) => {
		const response = await fetch(origin, {method: 'POST', headers: json, body, duplex: 'half'});
		return [response.status, await response.json()];
	};
	const error = {field: 'action', message: 'The fields must be at most 16 KB.'};

	t.deepEqual(await post(fields(16_385)), [413, {error}]);
	t.deepEqual(await post(inChunks(fields(16_385))), [413, {error}]);
	t.deepEqual(await post(inChunks(fields(5_000_000))), [413, {error}]);
	t.is(gate.stats().bans, 0);
	t.is((await post(fields(16_384)))[0], 200);
	t.is((await post(inChunks(fields(16_384))))[0], 200);
	t.is(gate.stats().bans, 2);
});

test('a body that is no JSON object is a 400', async t => {
	const {http} = dashboardApp();
	for (const body of ['', 'x', '[]', '"ban"', '5', 'null', '{"action":', '[{"action": "ban"}]']) {
		const response = await http.post('/').set(json).send(body);
		t.is(response.status, 400);
		t.deepEqual(response.body, {
			error: {field: 'action', message: 'The body is not a JSON object.'},
		});
	}
});

test('a body that is not valid UTF-8 is a 400', async t => {
	const {app} = dashboardApp();
	const {origin} = await serve(t, app);
	for (const body of [Buffer.from([0x7b, 0xff, 0x7d]), gzipSync('{}')]) {
		const {status} = await fetch(origin, {method: 'POST', headers: json, body});
		t.is(status, 400);
	}
});

test('a body that something has read before, and left nothing of, is a 400', async t => {
	const {http} = dashboardApp({
		before: [
			async (ctx, next) => {
				for await (const _ of ctx.req) {
					// Dropped.
				}

				await next();
			},
		],
	});
	t.is((await http.post('/').send({action: 'ban', client: '192.0.2.1'})).status, 400);
});

test('a client that goes away while it sends changes nothing, and its request ends', async t => {
	let hasEnded = () => {};
	const ended = new Promise<void>(resolve => {
		hasEnded = resolve;
	});
	const {app, gate} = dashboardApp({
		before: [
			async (_, next) => {
				await next();
				hasEnded();
			},
		],
	});
	const {port} = await serve(t, app);
	const socket = connect(port, '127.0.0.1');
	socket.write(
		'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"action": "ban"',
		() => socket.destroy(),
	);
	await ended;

	t.is(gate.stats().bans, 0);
});

test('thousands of fields are read in no time', async t => {
	const {http} = dashboardApp();
	const {status} = await http
		.post('/')
		.set('Sec-Fetch-Site', 'same-origin')
		.type('form')
		.send(
			Array.from({length: 3000}, (_, index) => `f${index}`)
				.join('&')
				.slice(0, 16_000),
		);

	t.is(status, 400);
});

function inChunks(text: string): ReadableStream {
	return new Blob([text]).stream();
}

test('fields of more than 16 KB are a 413 behind a body parser, too', async t => {
	for (const parser of [bodyParser({jsonLimit: '1mb'}), keepText]) {
		const {http, gate} = dashboardApp({before: [parser]});
		const reason = 'x'.repeat(17_000);
		const {status} = await http.post('/').send({action: 'ban', client: '192.0.2.1', reason});

		t.is(status, 413);
		t.is(gate.stats().bans, 0);
	}
});

/** A parser that leaves the text. */
async function keepText(ctx: Context, next: Next): Promise<void> {
	let text = '';
	for await (const chunk of ctx.req.setEncoding('utf8')) {
		text += chunk;
	}

	Object.assign(ctx.request, {body: text});
	await next();
}

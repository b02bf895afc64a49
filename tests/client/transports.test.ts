/* What HTTP may run over, besides a TCP connection: whose header is believed? */
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer as createHttp1, request as http1, type RequestListener} from 'node:http';
import {connect as connectHttp2, createServer as createHttp2} from 'node:http2';
import {createServer as createHttps} from 'node:https';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import test, {type ExecutionContext} from 'ava';
import Koa from 'koa';
import {gatekeeper} from '../../source/index.ts';
import {portOf} from '../support/servers.ts';

const named = {'x-forwarded-for': '203.0.113.7'};

/** TLS by a key that both sides know: it needs no certificate. */
const key = Buffer.alloc(16, 1);
const tls = {ciphers: 'PSK', maxVersion: 'TLSv1.2'} as const;
const tlsOfServer = {...tls, pskCallback: () => key};
const tlsOfClient = {
	...tls,
	pskCallback: () => ({psk: key, identity: 'a'}),
	checkServerIdentity: () => undefined,
};

/** Answers with whom the gate takes a request for. */
function handler(): RequestListener {
	const app = new Koa();
	app.use(gatekeeper({ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.5']}));
	app.use(ctx => {
		ctx.body = ctx.state.gatekeeper.client;
	});

	return app.callback();
}

/** Accepts connections on a Unix socket, or on a port. Returns how to connect. */
async function listening(
	t: ExecutionContext,
	accept: (socket: Socket) => void,
	{isUnix = false} = {},
): Promise<() => Socket> {
	const server: Server = createServer(accept);
	t.teardown(() => server.close());
	if (!isUnix) {
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return () => connect(portOf(server), '127.0.0.1');
	}

	const folder = await mkdtemp(join(tmpdir(), 'gatekeeper-'));
	t.teardown(() => rm(folder, {recursive: true}));
	const path = join(folder, 'socket');
	server.listen(path);
	await once(server, 'listening');
	return () => connect(path);
}

/** What a request over a connection gets: the status, and the body. */
async function ask(connection: Duplex): Promise<[status: number | undefined, body: string]> {
	const sent = http1({createConnection: () => connection, headers: named}).end();
	const [response] = await once(sent, 'response');
	let body = '';
	for await (const chunk of response) {
		body += chunk;
	}

	connection.destroy();
	return [response.statusCode, body];
}

/** A stream that is no socket, as a parser of the PROXY protocol may pass on. */
function streamOf(socket: Socket): Duplex {
	return Duplex.from({readable: socket, writable: socket}).on('error', () => {});
}

test('over TLS, a Unix socket is one, too', async t => {
	const server = createHttps(tlsOfServer, handler());
	const open = await listening(t, socket => server.emit('connection', socket), {isUnix: true});

	t.deepEqual(await ask(connectTls({socket: open(), ...tlsOfClient})), [200, '203.0.113.7']);
});

test('TLS over a stream that is no socket does not pass for a Unix socket', async t => {
	const server = createHttps(tlsOfServer, handler());
	const open = await listening(t, socket => server.emit('connection', streamOf(socket)));

	const [status] = await ask(connectTls({socket: open(), ...tlsOfClient}));
	t.is(status, 400);
});

test('HTTP/2 over a stream that is no socket does not pass for a Unix socket', async t => {
	const server = createHttp2(handler() as never);
	const open = await listening(t, socket => server.emit('connection', streamOf(socket)));
	const session = connectHttp2('http://localhost', {createConnection: open}).on('error', () => {});
	t.teardown(() => session.destroy());

	const [{':status': status}] = await once(session.request({':path': '/', ...named}), 'response');
	t.is(status, 400);
});

test('a tunnel through HTTP/2 does not pass for a Unix socket', async t => {
	const server = createHttp1(handler());
	const outer = createHttp2();
	outer.on('stream', stream => {
		stream.respond({':status': 200});
		server.emit('connection', stream);
	});
	const open = await listening(t, socket => outer.emit('connection', socket));
	const session = connectHttp2('http://localhost', {createConnection: open}).on('error', () => {});
	t.teardown(() => session.destroy());

	const tunnel = session.request({':method': 'CONNECT', ':authority': 'a:80'});
	await once(tunnel, 'response');
	tunnel.write('GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n');
	const [data] = await once(tunnel, 'data');
	// Node.js garbles the beginning.
	t.regex(String(data), /\r\n\r\nBad Request$/);
});

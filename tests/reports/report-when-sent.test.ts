import {once} from 'node:events';
import {get} from 'node:http';
import {connect as connectHttp2, createServer} from 'node:http2';
import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import Koa, {type Context} from 'koa';
import {specific} from '../../source/index.ts';
import {type GatedApp, gatedApp} from '../support/gated-app.ts';
import {latch, until} from '../support/latch.ts';
import {agents, portOf, serve} from '../support/servers.ts';

interface Asked extends GatedApp {
	/** The statuses that `reportWhen` was told. */
	readonly asked: number[];
}

function asking(routes: Parameters<typeof gatedApp>[1], reports = false): Asked {
	const asked: number[] = [];
	const reportWhen = (_ctx: Context, status: number) => {
		asked.push(status);
		return reports;
	};

	return {...gatedApp({banRule: [9, 60, 600], reportWhen}, routes), asked};
}

async function repeatPaths(http: GatedApp['http'], paths: readonly string[]): Promise<number[]> {
	const statuses: number[] = [];
	for (const path of paths) {
		statuses.push((await http.get(path)).status);
	}

	return statuses;
}

/** Begins a request, and breaks it off once the handler has been reached and something has happened. */
async function cancel(t: ExecutionContext, {app}: Asked, hasHappened: () => boolean) {
	const {port, server} = await serve(t, app);
	const connecting = once(server, 'connection');
	const socket = connect(port, '127.0.0.1');
	socket.on('error', () => {});
	socket.resume().write('GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n');
	const [served] = await connecting;
	await until(hasHappened);
	const closed = new Promise(resolve => served.once('close', resolve));
	socket.destroy();
	await closed;
}

test('where a reverse proxy responds, the status is the one that it sends', async t => {
	const upstream = gatedApp({}, router => {
		router.get('/teapot', ctx => {
			ctx.status = 418;
		});
	});
	const {port} = await serve(t, upstream.app);
	const {http, asked} = asking((_router, app) => {
		app.use(ctx => {
			ctx.respond = false;
			get({port, path: ctx.path}, incoming => {
				ctx.res.writeHead(incoming.statusCode ?? 502, incoming.headers);
				incoming.pipe(ctx.res);
			});
		});
	});

	const paths = ['/ping', '/teapot', '/nowhere', '/ping'];
	const statuses = await repeatPaths(http, paths);
	t.deepEqual(statuses, [200, 418, 404, 200]);
	t.deepEqual(asked, statuses);
});

test('it is not asked then where a report was made before the response was finished', async t => {
	const {http, asked, gate} = asking((_router, app) => {
		app.use(ctx => {
			ctx.respond = false;
			setImmediate(() => {
				ctx.report();
				ctx.res.writeHead(404).end();
			});
		});
	}, true);
	await http.get('/nowhere');

	t.deepEqual(asked, []);
	t.is((await gate.report('127.0.0.1')).reports, 2);
});

test('a report of a response that Koa does not send counts, too', async t => {
	const {http, gate} = asking((_router, app) => {
		app.use(ctx => {
			ctx.respond = false;
			setImmediate(() => ctx.res.writeHead(404).end());
		});
	}, true);
	await http.get('/nowhere');

	t.is((await gate.report('127.0.0.1')).reports, 2);
});

test('what is thrown after the headers changes no status', async t => {
	const seen: number[] = [];
	const countWhen = (_ctx: Context, status: number) => {
		seen.push(status);
		return true;
	};
	const {http, asked} = asking(router => {
		router.get('/sent', specific({count: 9, window: 60, countWhen}), ctx => {
			ctx.res.writeHead(200).end('sent');
			ctx.throw(401);
		});
	});
	t.is((await http.get('/sent')).status, 200);

	t.deepEqual([asked, seen], [[200], [200]]);
});

test('an error that Koa sends counts with its status, though a handler meant to respond by itself', async t => {
	const {http, asked} = asking(router => {
		router.get('/own', ctx => {
			ctx.respond = false;
			ctx.throw(401);
		});
		router.get('/object', () => {
			throw {status: 401};
		});
	});

	t.deepEqual(await repeatPaths(http, ['/own', '/object']), [401, 500]);
	t.deepEqual(asked, [401, 500]);
});

test('where Koa sends nothing, since what is thrown is nothing, the status is the one that something else sends', async t => {
	const {app, asked} = asking(router => {
		router.get('/null', () => {
			throw null;
		});
	});
	const catching = new Koa().use(async (ctx, next) => {
		await next().catch(() => {
			ctx.status = 418;
		});
	});
	catching.middleware.push(...app.middleware);
	const {http} = agents(catching);

	t.is((await http.get('/null')).status, 418);
	t.deepEqual(asked, [418]);
});

test('a cancelled request that has got nothing is not asked about', async t => {
	const {all, release} = latch();
	const state = {reached: false, done: false};
	const asked = asking(router => {
		router.get('/slow', async () => {
			state.reached = true;
			await all.finally(() => {
				state.done = true;
			});
		});
	});

	await cancel(t, asked, () => state.reached);
	release();
	await until(() => state.done);
	await sleep(5);
	t.deepEqual(asked.asked, []);
});

for (const [title, decide, expected] of [
	['threw an error with a status', (ctx: Context) => ctx.throw(401), [401]],
	[
		'set a status',
		(ctx: Context) => {
			ctx.status = 403;
		},
		[403],
	],
	[
		'set a body',
		(ctx: Context) => {
			ctx.body = 'welcome';
		},
		[200],
	],
	[
		'threw an error without a status',
		() => {
			throw new Error('gone');
		},
		[],
	],
	[
		'threw since the request broke off',
		() => {
			throw Object.assign(new Error('request aborted'), {status: 400, code: 'ECONNABORTED'});
		},
		[],
	],
	[
		'meant to respond by itself',
		(ctx: Context) => {
			ctx.respond = false;
			ctx.res.statusCode = 403;
		},
		[403],
	],
	[
		'meant to respond later',
		(ctx: Context) => {
			ctx.respond = false;
		},
		[],
	],
] as const) {
	test(`a request that was cancelled before its handler ${title} counts by that: ${expected}`, async t => {
		const {all, release} = latch();
		const state = {reached: false, done: false};
		const asked = asking(router => {
			router.get('/slow', async ctx => {
				state.reached = true;
				await all;
				state.done = true;
				decide(ctx);
			});
		});
		asked.app.silent = true;

		await cancel(t, asked, () => state.reached);
		release();
		await until(() => state.done);
		await sleep(5);
		t.deepEqual(asked.asked, [...expected]);
	});
}

for (const [title, decide, expected] of [
	[
		'has set a status for later counts by that',
		({res}: Context) => {
			res.statusCode = 401;
		},
		[401],
	],
	['has set none is not asked about', () => {}, []],
] as const) {
	test(`a request that is cancelled after its handler ${title}`, async t => {
		const state = {left: false};
		const responses: Context['res'][] = [];
		const asked = asking((_router, app) => {
			app.middleware.unshift(async (_ctx, next) => {
				await next();
				state.left = true;
			});
			app.use(ctx => {
				ctx.respond = false;
				decide(ctx);
				responses.push(ctx.res);
			});
		});

		await cancel(t, asked, () => state.left);
		t.deepEqual(asked.asked, [...expected]);
		responses[0]?.writeHead(401).end();
		t.deepEqual(asked.asked, [...expected], 'it is asked once');
	});
}

test('over HTTP/2, a client that takes no body is reported when it has the headers', async t => {
	const {app, gate} = asking((_router, own) => {
		own.use(ctx => {
			ctx.respond = false;
			setImmediate(() => {
				ctx.res.writeHead(401);
				ctx.res.end('a body that the client has no room for');
			});
		});
	}, true);
	const server = createServer(app.callback()).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const session = connectHttp2(`http://127.0.0.1:${portOf(server)}`, {
		settings: {initialWindowSize: 0},
	});
	t.teardown(() => {
		session.destroy();
		server.close();
	});

	const stream = session.request({':path': '/'});
	const [headers] = await once(stream, 'response');
	t.is(headers[':status'], 401);
	t.is(gate.stats().reports, 1);
});

test('a cancelled request whose headers were sent counts with their status', async t => {
	const {all, release} = latch();
	const state = {reached: false, done: false};
	const asked = asking(router => {
		router.get('/slow', async ctx => {
			ctx.res.writeHead(203).write('a');
			state.reached = true;
			await all.finally(() => {
				state.done = true;
			});
		});
	});

	await cancel(t, asked, () => state.reached);
	release();
	await until(() => asked.asked.length > 0);
	t.deepEqual(asked.asked, [203]);
});

test('over HTTP/2, a stream that is reset on an open connection is not asked about', async t => {
	const {all, release} = latch();
	const state = {reached: false, done: false};
	const {app, asked} = asking(router => {
		router.get('/slow', async ctx => {
			state.reached = true;
			await new Promise(resolve => ctx.res.once('close', resolve));
			await all.finally(() => {
				state.done = true;
			});
		});
	});
	const server = createServer(app.callback()).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const session = connectHttp2(`http://127.0.0.1:${portOf(server)}`);
	t.teardown(() => {
		session.destroy();
		server.close();
	});
	const stream = session.request({':path': '/slow'});
	stream.on('error', () => {});
	await until(() => state.reached);
	stream.close();
	release();
	await until(() => state.done);
	await sleep(5);
	t.deepEqual(asked, []);

	const [headers] = await once(session.request({':path': '/ping'}).resume(), 'response');
	t.is(headers[':status'], 200);
	t.deepEqual(asked, [200]);
});

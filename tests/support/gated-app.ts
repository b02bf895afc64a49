import type {Server} from 'node:http';
import {Router} from '@koa/router';
import type {ExecutionContext} from 'ava';
import Koa, {type Context, type Next} from 'koa';
import supertest, {type Agent} from 'supertest';
import {
	type Ban,
	type Gatekeeper,
	type GatekeeperOptions,
	gatekeeper,
	MemoryStore,
} from '../../source/index.ts';

export interface GatedApp {
	readonly app: Koa;
	readonly router: Router;
	readonly gate: Gatekeeper;
	/** Requests from this machine's own address. */
	readonly http: Agent;
	/** Requests from a client that a proxy on this machine names. */
	from(client: string): Agent;
	/** Lets time pass, in milliseconds. */
	pass(ms: number): void;
}

/**
 * A Koa app behind a gate whose time is passed by hand: `/ping` and what `routes` adds. `routes` may
 * also place middlewares between gate and router.
 */
export function gatedApp(
	options: GatekeeperOptions = {},
	routes: (router: Router, app: Koa) => void = () => {},
): GatedApp {
	const {store, pass} = manualClockStore();
	const app = new Koa();
	const router = new Router();
	const gate = gatekeeper({store, ...options});

	app.silent = true;
	app.use(gate);
	routes(router, app);
	router.get('/ping', ctx => {
		ctx.body = 'pong';
	});
	app.use(router.routes());

	return {app, router, gate, pass, ...agents(app)};
}

/** The bans in force. */
export async function bansOf({gate}: Pick<GatedApp, 'gate'>): Promise<readonly Ban[]> {
	const bans: Ban[] = [];
	for await (const ban of gate.bans()) {
		bans.push(ban);
	}

	return bans;
}

/** A handler. */
export function ok(ctx: Context): void {
	ctx.body = 'ok';
}

/** A handler that leaves the answer to the next one. */
export function passOn(_ctx: Context, next: Next): Promise<unknown> {
	return next();
}

/** A MemoryStore and what moves its clock, in milliseconds. */
export function manualClockStore(): {store: MemoryStore; pass: (ms: number) => void} {
	let now = 0;
	const store = new MemoryStore({clock: () => now});

	return {
		store,
		pass: ms => {
			now += ms;
		},
	};
}

export function agents(app: Koa): Pick<GatedApp, 'http' | 'from'> {
	const callback = app.callback();

	return {
		http: supertest.agent(callback),
		from: client => supertest.agent(callback).set('X-Forwarded-For', client),
	};
}

/** Serves on a free port until the test ends; for parallel requests and raw sockets. */
export async function serve(
	t: ExecutionContext,
	app: Koa,
): Promise<{port: number; origin: string; server: Server}> {
	const server = app.listen(0, '127.0.0.1');
	await new Promise(resolve => {
		server.once('listening', resolve);
	});
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});

	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	return {port, origin: `http://127.0.0.1:${port}`, server};
}

/** A promise and what resolves it. */
export function latch(): {all: Promise<void>; release: () => void} {
	let release = () => {};
	const all = new Promise<void>(resolve => {
		release = resolve;
	});

	return {all, release};
}

/** Waits until something has happened that no event tells. */
export async function until(hasHappened: () => boolean): Promise<void> {
	while (!hasHappened()) {
		await new Promise(resolve => {
			setImmediate(resolve);
		});
	}
}

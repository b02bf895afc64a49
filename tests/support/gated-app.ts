import {Router} from '@koa/router';
import Koa from 'koa';
import {type Ban, type Gatekeeper, type GatekeeperOptions, gatekeeper} from '../../source/index.ts';
import {manualClockStore} from './manual-clock.ts';
import {type Agents, agents} from './servers.ts';

export interface GatedApp extends Agents {
	readonly app: Koa;
	readonly router: Router;
	readonly gate: Gatekeeper;
	/** Moves the clock on by milliseconds. */
	pass(ms: number): void;
}

/**
 * A Koa app behind a gate whose clock only `pass` moves. It serves `/ping` and the routes that `routes` adds.
 * `routes` may also place middlewares between the gate and the router.
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

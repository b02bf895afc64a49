import Koa, {type Context, type Middleware} from 'koa';
import {Observations} from '../../../source/dashboard/observations/observations.ts';
import {type DashboardOptions, settleOptions} from '../../../source/dashboard/options.ts';
import {servePage} from '../../../source/dashboard/serve-page.ts';
import {type Gatekeeper, type GatekeeperOptions, gatekeeper} from '../../../source/index.ts';
import {manualClockStore} from '../manual-clock.ts';
import {type Agents, agents} from '../servers.ts';
import {type DashboardClock, dashboardClock} from './clock.ts';

export interface DashboardApp extends Agents {
	readonly app: Koa;
	readonly gate: Gatekeeper;
	/** The clock of what the page remembers. */
	readonly clock: DashboardClock;
	/** What Koa's `error` event told of. */
	readonly errors: readonly Error[];
}

interface Parts {
	readonly gate?: GatekeeperOptions;
	readonly dashboard?: Partial<DashboardOptions>;
	/** Middlewares before the page. */
	readonly before?: readonly Middleware[];
	/** Mounts the page. By default it is at every path but `/ping`. */
	mount?(app: Koa, page: Middleware): void;
}

/** A gate, and behind it `/ping` and its dashboard. Everybody is an operator unless `authorize` says otherwise. */
export function dashboardApp(parts: Parts = {}): DashboardApp {
	const {before = [], mount = (app: Koa, page: Middleware) => app.use(page)} = parts;
	const app = new Koa();
	const gate = gatekeeper({store: manualClockStore().store, ...parts.gate});
	const clock = dashboardClock();
	const errors: Error[] = [];
	app.on('error', error => errors.push(error));
	app.use(gate);
	app.use(ping);
	for (const middleware of before) {
		app.use(middleware);
	}

	const {authorize, title} = settleOptions({authorize: () => true, ...parts.dashboard});
	mount(app, servePage({title, gate, observations: new Observations(gate, clock)}, authorize));
	return {app, gate, clock, errors, ...agents(app)};
}

function ping(ctx: Context, next: () => Promise<void>): Promise<void> | void {
	if (ctx.path !== '/ping') {
		return next();
	}

	ctx.body = 'pong';
}

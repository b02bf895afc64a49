import type {DefaultState, Middleware} from 'koa';
import compose from 'koa-compose';
import {allowDeny} from './chain/allow-deny.ts';
import {announce} from './chain/announce.ts';
import {applyKey} from './chain/apply-key.ts';
import {attach} from './chain/attach.ts';
import {banGate} from './chain/ban-gate.ts';
import {consult} from './chain/consult.ts';
import {exempt} from './chain/exempt.ts';
import {globalLimit} from './chain/global-limit.ts';
import {identify} from './chain/identify.ts';
import {oncePerRequest} from './chain/once-per-request.ts';
import {reportStatus} from './chain/report-status.ts';
import {runDry} from './chain/run-dry.ts';
import {tagGate} from './marks/gate-tag.ts';
import {type Operator, operator} from './operator/operator.ts';
import type {GatekeeperOptions} from './options/options.ts';
import {type Settings, settle} from './options/settings.ts';
import {explainMissingGate} from './reports/missing-gate.ts';
import {type Watching, watching} from './telemetry/watching.ts';
import {type UpgradeChecks, upgradeChecks} from './upgrades/check-upgrades.ts';

/**
 * A Koa middleware, called the gate, that also has what operators call, such as `ban()`; what watches it, such as `on()`;
 * and `check()`, for requests that do not go through Koa.
 */
export interface Gatekeeper extends Middleware, Operator, Watching, UpgradeChecks {}

/** Makes one link of the chain; none if the options leave it nothing to do. */
type Link = (settings: Settings) => Middleware | undefined;

/** What happens to a request, in order. */
const links: readonly Link[] = [
	attach, // ctx.state.gatekeeper, ctx.report(), ctx.ban(); gives back what countWhen does not count
	reportStatus, // asks reportWhen, when the rest is done
	identify, // finds the client's address; 400 or 431 if it cannot
	allowDeny, // by address, before any key: 403 for the denied; the allowed are exempt from everything
	applyKey, // replaces the address by the user's key
	exempt, // excluded methods; routes expected to run bypass() or a standalone specific()
	consult, // asks the store: banned? a rule full? otherwise counts the request
	announce, // RateLimit fields; before the refusals, so that a 429 has them
	banGate, // 403 if banned; 503 if the store fails under onStoreError: 'closed'
	globalLimit, // 429 if a rule is full
];

/**
 * Returns a gate: a middleware that bans and rate-limits clients by address, in front of everything that
 * `app.use` places after it. Without options it only enforces bans by hand.
 *
 * @throws {TypeError} for bad options: it names the option, what is allowed and what was given
 *
 * @example
 * const gate = gatekeeper({
 * 	banRule: [3, 60, 600],      // 3 reports within 60 s: banned for 600 s
 * 	rateLimitRule: [100, 60],   // 100 requests within any 60 s
 * });
 * app.use(gate);
 */
export function gatekeeper<State = DefaultState>(
	options: GatekeeperOptions<State> = {},
): Gatekeeper {
	explainMissingGate();
	const settings = settle(options);
	const middlewares = links.map(link => made(link, settings)).filter(one => one !== undefined);
	// The settings identify the gate, too: no two gates share them.
	const gate = oncePerRequest(compose(middlewares), settings);

	return Object.assign(
		tagGate(gate, settings),
		operator(settings),
		watching(settings),
		upgradeChecks(settings),
	);
}

function made(link: Link, settings: Settings): Middleware | undefined {
	const middleware = link(settings);

	return settings.dryRun && middleware && link !== attach ? runDry(middleware) : middleware;
}

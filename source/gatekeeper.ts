import type {Middleware} from 'koa';
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
import {tagGate} from './marks/gate-tag.ts';
import {type Operator, operator} from './operator/operator.ts';
import type {GatekeeperOptions} from './options/options.ts';
import {settle} from './options/settings.ts';

/** A Koa middleware that also has the operator's methods. */
export type Gatekeeper = Middleware & Operator;

/** What happens to a request, in order. */
const links = [
	attach, // gives it ctx.state.gatekeeper and ctx.report()
	identify, // which client is it?
	allowDeny, // 403 for denied clients; allowed ones are exempt from everything
	applyKey, // a user's id in place of the address
	exempt, // excluded methods, and routes marked bypass() or standalone
	consult, // the one question to the store
	announce, // RateLimit fields
	banGate, // 403 for banned clients; 503 where a failing store closes the gate
	globalLimit, // 429 where a rule is full
];

/**
 * Bans and rate-limits clients by address, in front of everything that `app.use` places after it.
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
export function gatekeeper(options: GatekeeperOptions = {}): Gatekeeper {
	const settings = settle(options);
	const chain = compose(links.map(link => link(settings)).filter(link => link !== undefined));
	const gate = oncePerRequest(chain, settings);

	return Object.assign(tagGate(gate, settings), operator(settings));
}

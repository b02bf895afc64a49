import type {Middleware} from 'koa';
import compose from 'koa-compose';
import {screen} from './chain/allow-deny.ts';
import {announce} from './chain/announce.ts';
import {rekey} from './chain/apply-key.ts';
import {attach} from './chain/attach.ts';
import {banGate} from './chain/ban-gate.ts';
import {consult} from './chain/consult.ts';
import {exempt} from './chain/exempt.ts';
import {globalLimit} from './chain/global-limit.ts';
import {identify} from './chain/identify.ts';
import {once} from './chain/once-per-request.ts';
import {setIdentity} from './marks/gate-tag.ts';
import {type Operator, operator} from './operator/operator.ts';
import type {GatekeeperOptions} from './options/options.ts';
import {settle} from './options/settings.ts';

/** A Koa middleware that also carries the operator's verbs. */
export type Gatekeeper = Middleware & Operator;

/**
 * Bans and rate-limits clients by address, in front of everything that `app.use` places after it.
 *
 * @throws {TypeError} for bad options: it names the option, what is allowed and what came
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
	const chain = compose(
		[attach, identify, screen, rekey, exempt, consult, announce, banGate, globalLimit]
			.map(link => link(settings))
			.filter(link => link !== undefined),
	);

	const gate = setIdentity(once(chain, settings), settings);

	return Object.assign(gate, operator(settings));
}

import type {DefaultState, Middleware} from 'koa';
import type {Gatekeeper} from '../gatekeeper.ts';
import {systemClock} from './observations/clock.ts';
import {Observations} from './observations/observations.ts';
import {checkGate, type DashboardOptions, settleOptions} from './options.ts';
import {servePage} from './serve-page.ts';

/** All pages of a gate show the same. */
const observed = new WeakMap<Gatekeeper, Observations>();

/**
 * Returns a middleware that shows what a gate does in this process, and lets operators ban and unban clients. Mount it
 * below any path: it responds to every request that reaches it, and calls nothing after it.
 *
 * @throws {TypeError} for bad options, and without `authorize`: it names the option, what is allowed and what was given
 *
 * @example
 * router.all('/gate', dashboard(gate, {authorize: ctx => ctx.state.user?.isAdmin === true}));
 */
export function dashboard<State = DefaultState>(
	gate: Gatekeeper,
	options: DashboardOptions<State>,
): Middleware {
	checkGate(gate);
	const {authorize, title} = settleOptions(options);
	const observations = observed.get(gate) ?? new Observations(gate, systemClock);
	observed.set(gate, observations);

	return servePage({title, gate, observations}, authorize);
}

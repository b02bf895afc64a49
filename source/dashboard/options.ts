import type {DefaultState} from 'koa';
import {typeName} from '../checks/describe.ts';
import {
	badOption,
	check,
	isFunction,
	isNonEmptyString,
	namedOptions,
} from '../checks/option-checks.ts';
import type {ContextOf} from '../options/context-of.ts';
import type {Authorize} from './authorize.ts';

/** Options of `dashboard()`. `State` is the app's own `ctx.state`, for `authorize`. */
export interface DashboardOptions<State = DefaultState> {
	/**
	 * Returns whether a request may see the page and ban and unban clients. It is called for every request: for the page,
	 * its files, the JSON and each change. Only `true` admits.
	 *
	 * If it returns false, the response is a 404 as if there were no page, unless it has set another one, such as a
	 * redirect to where operators sign in. An error with a status from 400 to 499, as by `ctx.throw(401)`, is the response,
	 * too. Any other error is a 404, and Koa's `error` event tells of it.
	 */
	readonly authorize: Authorize<ContextOf<State>>;
	/**
	 * The heading of the page.
	 *
	 * @default 'Gatekeeper'
	 */
	readonly title?: string;
}

export interface SettledOptions {
	readonly authorize: Authorize;
	readonly title: string;
}

/** What the page needs of a gate. */
const methods = ['on', 'stats', 'inspect', 'bans', 'ban', 'unban', 'reset'];

/** @throws {TypeError} for anything but a gate */
export function checkGate(gate: unknown): void {
	const given: Partial<Record<string, unknown>> = Object(gate);
	if (!methods.every(name => isFunction(given[name]))) {
		throw badOption('gate', 'what gatekeeper() has returned', gate, typeName);
	}
}

/** @throws {TypeError} naming the option, what is allowed and what was given */
export function settleOptions(options: unknown = {}): SettledOptions {
	const {authorize, title = 'Gatekeeper'} = namedOptions(
		options,
		['authorize', 'title'],
		'dashboard()',
		{example: '{authorize: ctx => ctx.state.user?.isAdmin === true}'},
	);
	if (authorize === undefined) {
		throw new TypeError(
			'dashboard() needs `authorize`, since whoever sees the page can ban and unban clients: dashboard(gate, {authorize: ctx => ctx.state.user?.isAdmin === true})',
		);
	}

	check(isFunction<Authorize>, authorize, 'authorize', 'a function of ctx', typeName);
	check(isNonEmptyString, title, 'title', 'text, not empty');
	return {authorize, title};
}

import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';

/** Tells one gate among other middlewares. */
export type IsGate = (middleware: unknown) => boolean;

/** On the function itself, so that tools that wrap it and copy its properties do not hide it. */
const settingsKey = Symbol('koa-gatekeeper settings');

export function setIdentity(gate: Middleware, settings: Settings): Middleware {
	return Object.assign(gate, {[settingsKey]: settings});
}

export function isGateOf(settings: Settings): IsGate {
	return middleware =>
		typeof middleware === 'function' &&
		(middleware as {[settingsKey]?: Settings})[settingsKey] === settings;
}

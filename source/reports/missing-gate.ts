import Koa from 'koa';
import type {Standing} from '../context.ts';
import {warnOnce} from '../warnings.ts';

/**
 * Makes `ctx.report()` say what is missing in a request that has passed no gate, where it would otherwise not be
 * a function. Every context of Koa inherits it. An app's own `report` takes precedence, and so does a gate's.
 */
export function explainMissingGate(): void {
	const context: {report?: unknown} = Object.getPrototypeOf(new Koa().context);
	if (context.report === undefined) {
		Object.defineProperty(context, 'report', {value: report, configurable: true, writable: true});
	}
}

/** It does not throw: an error handler before the gate may report requests that have not reached the gate. */
async function report(): Promise<Standing> {
	warnOnce('GATEKEEPER_NO_GATE');

	return {reports: 0, banned: false, immune: 'no-gate'};
}

import Koa from 'koa';
import type {Standing} from '../context.ts';
import {warnOnce} from '../warnings.ts';

/**
 * In a request that has passed no gate, makes `ctx.report()` and `ctx.ban()` warn instead of being missing. Every
 * context of Koa inherits them. An app's own take precedence, and so do a gate's.
 */
export function explainMissingGate(): void {
	const context: {[name in (typeof names)[number]]?: unknown} = Object.getPrototypeOf(
		new Koa().context,
	);
	for (const name of names) {
		if (context[name] === undefined) {
			const value = () => warnOfMissingGate(name);
			Object.defineProperty(context, name, {value, configurable: true, writable: true});
		}
	}
}

const names = ['report', 'ban'] as const;

/** It does not throw: an error handler before the gate may report requests that have not reached the gate. */
async function warnOfMissingGate(name: string): Promise<Standing> {
	warnOnce('GATEKEEPER_NO_GATE', name);

	return {reports: 0, banned: false, immune: 'no-gate'};
}

import Koa from 'koa';

/**
 * Makes `ctx.report()` say what is wrong in a request that has passed no gate, where it would otherwise not be a
 * function. Every context of Koa inherits it. An app's own `report` takes precedence, and so does a gate's.
 */
export function explainMissingGate(): void {
	const context: {report?: unknown} = Object.getPrototypeOf(new Koa().context);
	if (context.report === undefined) {
		Object.defineProperty(context, 'report', {value: report, configurable: true, writable: true});
	}
}

function report(): never {
	throw new Error(
		'ctx.report() found no gatekeeper: add app.use(gatekeeper({banRule: [3, 60, 600]})) before this middleware, in the same app',
	);
}

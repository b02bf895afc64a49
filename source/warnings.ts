import {describe} from './checks/describe.ts';

/** Every warning that the package emits: its code, and its text. */
const texts = {
	GATEKEEPER_STORE_FAILED: (policy: string, error: string) =>
		`The store failed (${error}). While it fails, onStoreError: '${policy}' decides`,

	GATEKEEPER_STORE_RECOVERED: () => 'The store has worked without a failure for a while again',

	GATEKEEPER_NO_ADDRESS: (remoteAddress: string) =>
		`A request got a 400 because the remoteAddress of its socket is not an address: ${remoteAddress}. An adapter or a mock has created the socket. If it has no remoteAddress, but a proxy names the client in a header, name the header in ipHeader, and list 'no-address' in trustedProxies`,

	GATEKEEPER_HEADER_IGNORED: (header: string, peer: string) =>
		`The header ${header} from ${peer} was ignored because that peer is not trusted to name clients. If it is your proxy, list it in trustedProxies`,

	GATEKEEPER_UNREADABLE_HEADER: (header: string, proxy: string, item: string) =>
		`In the header ${header}, the trusted proxy ${proxy} names no client: ${describe(item)} is not an address. Such requests are limited by the address of the proxy, all together, and cannot be banned. Let each of your proxies append the address that connects to it; if one is behind a Unix socket, list your proxies in trustedProxies`,

	GATEKEEPER_NO_IP_HEADER: (peer: string) =>
		`trustedProxies lists ${peer}, but ipHeader does not say in which header it names clients. All of its requests are one client, which is limited and cannot be banned`,

	GATEKEEPER_UNIX_CLIENT: () =>
		"Requests over a Unix socket that name no client are all one client, 'unix', which is limited and cannot be banned. Set ipHeader to the header in which your proxy sends the client's address",

	GATEKEEPER_BAD_KEY: (type: string, use: string) =>
		`key(ctx) must return a string or undefined, got ${type}; ${use}`,

	GATEKEEPER_NO_BAN_RULE: (where: string) => `A report was not counted because ${where} no banRule`,

	GATEKEEPER_NO_GATE: (method: string) =>
		`A ctx.${method}() had no effect because the request has passed no gate. Add app.use(gatekeeper({banRule: [3, 60, 600]})) before the code that calls it, in the same app`,

	GATEKEEPER_BAD_REPORT: (what: string) => `A ctx.report() was ${what}`,

	GATEKEEPER_BAD_BAN: (what: string) => `A ctx.ban() ${what}`,

	GATEKEEPER_BANS_FULL: () =>
		'The store holds as many bans as maxBans allows: a new ban replaced the one that began first',

	GATEKEEPER_MARK_UNFORESEEN: (kind: string, route: string) =>
		`The gate did not predict that the ${kind} route ${route} would run, so the global rules applied to the request. Place the router after the gate with app.use, in the same app; or name it in gatekeeper({routers: [router]}); or mount the gate with router.use. The router must be of @koa/router or koa-router, version 11 or later: with any other, use allow: ctx => ctx.path === '/health', for example. A route that another route runs before cannot be predicted`,

	GATEKEEPER_MARK_UNPROVEN: (path: string) =>
		`The gate predicted a bypass() or standalone route for ${path}, but it did not run first. The client is over its limit or banned, or the store fails: its exemptions are suspended. Something between the gate and the router responds, or rewrites the path`,

	GATEKEEPER_STRAY_MARK: (kind: string, route: string) =>
		`A ${kind} mark that router.use placed without a path in a nested router also exempts ${route}, a route of another router. The outer router runs it for every route with the same prefix that is added later. Put the mark on the routes that it is meant for, or place the nested router with app.use`,

	GATEKEEPER_METHOD_REWRITTEN: (from: string, to: string) =>
		`A request came in as ${from}, which excludedMethods exempts, and was rewritten to ${to}: it was counted late. Place what rewrites methods before the gate`,

	GATEKEEPER_EXCLUSIVE_ROUTER: () =>
		'The gate is mounted with router.use on an exclusive router, which runs it in place of a route or not at all. Mount the gate with app.use',

	GATEKEEPER_LETTER_CASE: (what: string, path: string) =>
		`${what} that router.use placed at ${path} runs for that letter case alone, but the routes behind it for any: a client passes it by writing the path in other letters. Give the routers the option sensitive: true. Or place the gate with app.use, and a specific() on the routes themselves`,

	GATEKEEPER_CLIENT_TIMEOUT: (ms: number) =>
		`The Redis client gives up on a command after ${ms} ms. If your code blocks the event loop for that long, a working server looks like a failed one. Leave the client's own timeouts unset: storeTimeout allows for that`,

	GATEKEEPER_READ_ONLY: (advice: string) =>
		`The Redis server refuses to write, because it is a replica (READONLY). The store fails until its client connects to the master: ${advice}`,

	GATEKEEPER_UNSEEN_PROXY: (peer: string, header: string) =>
		`Requests from ${peer} have the header ${header}, but no option says that it names the client. All clients of a proxy there are one client, and their reports count nothing: a ban would shut all of them out. Set ipHeader to the header that your proxy writes; or, if there is no proxy, set ipHeader: false`,

	GATEKEEPER_MADE_PER_REQUEST: (what: string) =>
		`${what} was created while a request was handled. It counts only that request, and limits nothing. Create it once, when the app starts`,

	GATEKEEPER_AFTER_ROUTER: () =>
		'A router was placed before the gate with app.use: the gate does not see the requests that it handles. Place the gate before the router',

	GATEKEEPER_GATE_LEFT_OUT: () =>
		'check() asked a gate about a request, but a gate that app.use places before it was not asked: its limits and bans do not hold there. Ask all, in order: (await first.check(app, req)) ?? (await second.check(app, req))',

	GATEKEEPER_LONG_WINDOW: (option: string, seconds: number) =>
		`\`${option}\` is ${seconds} seconds, which looks like milliseconds. If you mean seconds, write a text such as '${seconds / 60} minutes'`,

	GATEKEEPER_COPY_ON_WRITE: (path: string) =>
		`${path} is on a file system with copy-on-write, such as btrfs or ZFS. No space can be reserved there: when the disk is full, the process may end. Put the file of a LocalStore on another file system, such as ext4`,

	GATEKEEPER_LOCK_UNWATCHED: (error: string) =>
		`The thread of LocalStore that ends lost waits for the lock of its file has failed (${error}). When another process is killed, this one may stop for ever: restart it`,

	GATEKEEPER_SAME_NAME: (name: string) =>
		`Two rules with different numbers are both called '${name}' on one response. Clients cannot tell them apart: give each its own name`,

	GATEKEEPER_UNNAMED_RULE: (policy: string) =>
		`specific() has an unnamed rule on a store that processes share (${policy}). Its name depends on the order of creation, on which two versions of an app need not agree. Name the rule: {count, window, name}`,
} as const satisfies Record<`GATEKEEPER_${string}`, (...args: never[]) => string>;

type Code = keyof typeof texts;

/** Emits a process warning named `GatekeeperWarning`. The arguments are those of its text. */
export type Warn = <C extends Code>(code: C, ...args: Parameters<(typeof texts)[C]>) => void;

/** Emits a warning every time: for what begins and ends. */
export const warnEachTime: Warn = (code, ...args) => {
	const text: (...args: never[]) => string = texts[code];
	process.emitWarning(text(...(args as never[])), {type: 'GatekeeperWarning', code});
};

/** Emits each warning only once. Every gate has its own, so that a second gate in a process warns too. */
export function warner(): Warn {
	const emitted = new Set<Code>();

	return (code, ...args) => {
		if (!emitted.has(code)) {
			emitted.add(code);
			warnEachTime(code, ...args);
		}
	};
}

/** Emits each warning only once in this process: for what may happen to many gates. */
export const warnOnce: Warn = warner();

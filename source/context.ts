import type {ClientName} from './client/client-key.ts';
import type {GateVerdict} from './stores/guarded-store.ts';

/** Why the global rules do not apply to a request: `bypass()`, `specific()`, `excludedMethods`. */
export type Exemption = 'bypass' | 'standalone' | 'method';

/** How this request stands with the gate nearest to its handler. */
export interface GateState {
	/**
	 * Who the client is taken for, by its canonical key: `'203.0.113.7'`, `'2001:db8:1:2::/64'` (an
	 * IPv6 client is its /64), `'unix'` (a peer on a Unix socket).
	 */
	readonly client: string;
	/** Why the global rules do not apply to this request, if they do not. */
	readonly exemption: Exemption | undefined;
	/** What the gate decided; its times are milliseconds. */
	readonly verdict: GateVerdict;
	/** The state of the gate before this one on the request's way. */
	readonly outer: GateState | undefined;
}

export interface ReportOptions {
	/**
	 * Who is reported: an address, a key as `bans()` shows it, or `{key: 'alice'}`. It need not have
	 * been seen before.
	 *
	 * @default this request's client
	 */
	readonly client?: ClientName;
	/**
	 * How many reports this one is worth, a whole number above 0.
	 *
	 * @default 1
	 */
	readonly weight?: number;
	/** Kept with the ban that this report may begin; shown by `bans()` and to `onRefused`. */
	readonly reason?: string;
}

/** How a client stands once it has been reported. */
export interface Standing {
	/** Its reports within the ban rule's window, this one included; 0 while an earlier ban is in force. */
	readonly reports: number;
	/** Whether it is banned now. */
	readonly banned: boolean;
	/** Seconds until the ban ends, rounded up; Infinity for a ban without end. */
	readonly retryAfter?: number;
	/**
	 * Why this report was not counted, if it was not: there is no `banRule`, or the request came from
	 * our own proxy without naming a client, and a ban would shut everybody out.
	 */
	readonly immune?: 'no-ban-rule' | 'no-client';
}

declare module 'koa' {
	interface DefaultState {
		/** How this request stands with the gate; set by `gatekeeper()`. */
		gatekeeper: GateState;
	}

	interface ExtendableContext {
		/**
		 * Reports this request's client: enough reports within the ban rule's window and it is banned.
		 * Need not be awaited: the response waits for it. The promise rejects with a TypeError for bad
		 * options, is never an unhandled rejection, and tells how the client now stands.
		 *
		 * @example
		 * router.post('/login', async ctx => {
		 * 	if (!(await isRight(ctx.request.body.password))) {
		 * 		ctx.report();
		 * 		ctx.throw(401);
		 * 	}
		 * });
		 */
		report(options?: ReportOptions): Promise<Standing>;
	}
}

import {type IncomingMessage, ServerResponse} from 'node:http';
import type {Context, Middleware} from 'koa';
import compose from 'koa-compose';
import {allowDeny} from '../chain/allow-deny.ts';
import {applyKey} from '../chain/apply-key.ts';
import {banGate} from '../chain/ban-gate.ts';
import {consult} from '../chain/consult.ts';
import {countOutcome} from '../chain/count-outcome.ts';
import {enterGate} from '../chain/enter-gate.ts';
import {globalLimit} from '../chain/global-limit.ts';
import {identify} from '../chain/identify.ts';
import type {Refusal, RefusalKind} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {RequestState} from '../request-state.ts';
import {statusOfError} from '../response/error-status.ts';
import {tellStoreOf} from '../response/prepare-refusal.ts';
import {refusalOf} from '../response/refusal.ts';
import {emitError} from '../telemetry/emit-error.ts';
import {isOneLeftOut, noteAsked, statesAt} from './asked-gates.ts';

/** Why a request is refused that does not go through Koa. */
export interface UpgradeRefusal extends Omit<Refusal, 'kind'> {
	/**
	 * As for other requests; or
	 *
	 * - `'unidentified'`: the client cannot be identified, since its socket is gone for example, or Koa cannot
	 *   read the target
	 * - `'failed'`: a function among the options has thrown. Koa's `error` event tells of it.
	 */
	readonly kind: RefusalKind | 'unidentified' | 'failed';
}

/** A Koa app, whatever its state. */
export interface AppLike {
	createContext(req: IncomingMessage, res: ServerResponse): object;
	/** Its middlewares, in order: shows which gates stand before this one. */
	readonly middleware?: unknown;
}

/** What the gate decides about requests that Koa does not handle. */
export interface UpgradeChecks {
	/**
	 * Decides about a request that does not go through Koa, such as a WebSocket upgrade: under the same rules, and with
	 * the same counters, as the app's other requests. It sees no routes, so that no `specific`, `bypass()` or
	 * `excludedMethods` applies, nor does `reportWhen`. What `countWhen` gives back for other requests stays counted.
	 *
	 * Resolves to undefined if the request is admitted, and counted; otherwise to why it is refused. It never rejects.
	 * It asks this gate alone. Ask several in the order of the app.
	 *
	 * @param app the app that the gate protects: functions among the options get a context of it
	 *
	 * @example
	 * server.on('upgrade', async (req, socket, head) => {
	 * 	const refusal = await gate.check(app, req);
	 * 	if (refusal) {
	 * 		refuseUpgrade(socket, refusal);
	 * 		return;
	 * 	}
	 *
	 * 	sockets.handleUpgrade(req, socket, head, client => {
	 * 		client.on('error', () => {}); // ws closes it: without a listener, one bad frame would end the process
	 * 		sockets.emit('connection', client, req);
	 * 	});
	 * });
	 */
	check(app: AppLike, req: IncomingMessage): Promise<UpgradeRefusal | undefined>;
	/** The canonical key of the client of a request that `check` has admitted; undefined for any other request. */
	clientOf(req: IncomingMessage): string | undefined;
}

const links = [identify, allowDeny, applyKey, consult, banGate, globalLimit];

export function upgradeChecks(settings: Settings): UpgradeChecks {
	// There is no response on which fields or a refusal of the user's own could stand.
	const silent: Settings = {...settings, headers: false, onRefused: undefined};
	const decide = compose(
		links.map(link => link(silent)).filter((link): link is Middleware => link !== undefined),
	);
	const clients = new WeakMap<IncomingMessage, string>();

	return {
		async check(app, req) {
			guardSocket(req);
			const ctx = app.createContext(req, new ServerResponse(req)) as Context;
			const state = enterGate(ctx, silent);
			noteAsked(req, state, settings);
			if (isOneLeftOut(settings, req, app.middleware)) {
				settings.warn('GATEKEEPER_GATE_LEFT_OUT');
			}

			const refusal = await refusalAt(ctx, state, decide);
			countOutcome(state);
			if (refusal && !settings.dryRun) {
				for (const asked of refusal.kind === 'failed' ? [] : statesAt(req)) {
					// Its own store has heard of it.
					if (asked !== state) {
						tellStoreOf(asked);
					}
				}

				return refusal;
			}

			// A dry run lets in whom it cannot identify, too.
			if (state.client !== '') {
				clients.set(req, state.client);
			}

			return undefined;
		},

		clientOf: req => clients.get(req),
	};
}

/** Why the request is refused, if it is. */
async function refusalAt(
	ctx: Context,
	state: RequestState,
	decide: Middleware,
): Promise<UpgradeRefusal | undefined> {
	try {
		await decide(ctx, async () => {});
		// A `key` may report.
		await Promise.allSettled(state.unsettled);
	} catch (error) {
		emitError(ctx, error);
		return {kind: 'failed', status: Math.max(400, statusOfError(error)), rules: [], text: 'failed'};
	}

	const {verdict, isUnidentified, settings} = state;
	if (isUnidentified) {
		return {
			kind: 'unidentified',
			status: ctx.status,
			rules: [],
			text: 'the client cannot be identified',
		};
	}

	return verdict.kind === 'admitted' ? undefined : refusalOf(verdict, settings.banRule);
}

/**
 * Node.js has removed its own listener from the socket of an upgrade: an error without one would end the process, now or
 * while the app awaits something else.
 */
function guardSocket({socket}: IncomingMessage): void {
	// Several requests may come in on one connection, one after the other.
	if (socket && !guarded.has(socket)) {
		guarded.add(socket);
		socket.on('error', ignore);
	}
}

const guarded = new WeakSet<object>();

function ignore(): void {}

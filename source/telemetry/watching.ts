import type {GateEventName, GateListener} from './events.ts';
import type {Stats} from './stats.ts';
import type {Telemetry} from './telemetry.ts';

/** How you watch what the gate does in this process. */
export interface Watching {
	/** Whether the gate is a dry run, which refuses nothing. */
	readonly dryRun: boolean;
	/**
	 * Calls a listener at each event of a name, as Node's emitters do:
	 *
	 * - `'refused'`: a request was refused
	 * - `'reported'`: a client was reported
	 * - `'banned'`: a ban has begun
	 * - `'unbanned'`: `gate.unban()` was called
	 * - `'storeFailed'`, `'storeRecovered'`: the store has begun to fail, or works again
	 *
	 * A listener that throws or rejects breaks no request. Koa's `error` event tells of the error, or a warning of
	 * Node.js if no request led to the event.
	 *
	 * @throws {TypeError} for an event that there is not
	 *
	 * @example
	 * gate.on('banned', ({client, reason}) => console.warn(`${client} is banned: ${reason}`));
	 */
	on<Name extends GateEventName>(event: Name, listener: GateListener<Name>): this;
	/** Calls a listener at the next event of a name. */
	once<Name extends GateEventName>(event: Name, listener: GateListener<Name>): this;
	/** Removes a listener. */
	off<Name extends GateEventName>(event: Name, listener: GateListener<Name>): this;
	/**
	 * What the gate has done in this process since it was created. A request is counted once, when it has left the gate,
	 * by what became of it there.
	 */
	stats(): Stats;
}

/** What a gate is watched by. */
interface Watched {
	readonly dryRun: boolean;
	readonly telemetry: Telemetry;
}

export function watching({dryRun, telemetry}: Watched): Watching {
	const {listeners, tally} = telemetry;

	return {
		dryRun,

		on(event, listener) {
			listeners.add('on', event, listener);
			return this;
		},

		once(event, listener) {
			listeners.add('once', event, listener);
			return this;
		},

		off(event, listener) {
			listeners.remove(event, listener);
			return this;
		},

		stats: () => tally.read(),
	};
}

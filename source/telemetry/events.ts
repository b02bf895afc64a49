import type {Context} from 'koa';
import type {Ban, Refusal} from '../context.ts';

/** A request was refused; under `dryRun`, it would have been. */
export interface RefusedEvent extends Omit<Refusal, 'text'> {
	/** The canonical key of the client that made the request. */
	readonly client: string;
	/** Set by a gate under `dryRun`, which has admitted the request. */
	readonly dryRun?: true;
	/** The request's context; of a WebSocket upgrade, that of `key` and the like. */
	readonly ctx?: Context;
}

/** A report was counted, or found the client banned already. */
export interface ReportedEvent {
	readonly client: string;
	readonly weight: number;
	/** The client's reports within the ban rule's window, including these; 0 if it was banned already. */
	readonly reports: number;
	/** Whether the client is banned now. */
	readonly banned: boolean;
	readonly reason?: string;
	/** Absent for `gate.report()`. */
	readonly ctx?: Context;
}

/** A ban has begun, perhaps in place of another one. `client` may be a range, as a CIDR. */
export type BannedEvent = Ban;

/** `gate.unban()` was called, whether or not there was a ban. */
export interface UnbannedEvent {
	/** The canonical key of a client, or a range as a CIDR. */
	readonly client: string;
}

/** The store has begun to fail. */
export interface StoreFailedEvent {
	readonly error: unknown;
}

/** What a gate tells its listeners: the names of the events, and what each listener receives. */
export interface GateEvents {
	refused: RefusedEvent;
	reported: ReportedEvent;
	banned: BannedEvent;
	unbanned: UnbannedEvent;
	storeFailed: StoreFailedEvent;
	/** The store has worked without a failure for a while again. */
	storeRecovered: Readonly<Record<never, never>>;
}

export type GateEventName = keyof GateEvents;

export type GateListener<Name extends GateEventName> = (event: GateEvents[Name]) => unknown;

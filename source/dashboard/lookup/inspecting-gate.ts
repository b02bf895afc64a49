import type {ClientName} from '../../client/client-name.ts';
import type {Ban} from '../../operator/operator.ts';

/** How a client stands. */
export interface ClientStanding {
	readonly client: string;
	readonly ban?: Ban;
	readonly reports: number;
	readonly strike: number;
	readonly limits: ReadonlyArray<{
		readonly name: string;
		readonly count: number;
		readonly window: number;
		readonly remaining: number;
		readonly retryAfter?: number;
	}>;
}

export interface InspectingGate {
	inspect(client: ClientName): Promise<ClientStanding>;
}

import type {Gatekeeper} from '../../gatekeeper.ts';
import {Bans} from './bans.ts';
import type {Clock} from './clock.ts';
import {RefusedClients} from './refused-clients.ts';
import {RefusingRules} from './refusing-rules.ts';
import {RequestHistory} from './request-history.ts';
import {HealthOfStore} from './store-health.ts';

/** What is remembered of a gate from now on. Its memory is bounded whatever clients do. */
export class Observations {
	readonly clock: Clock;
	/** When they began: milliseconds since 1970. */
	readonly since: number;
	readonly history: RequestHistory;
	readonly rules: RefusingRules;
	readonly clients: RefusedClients;
	readonly bans: Bans;
	readonly store: HealthOfStore;

	constructor(gate: Pick<Gatekeeper, 'on' | 'stats' | 'bans'>, clock: Clock) {
		this.clock = clock;
		this.since = clock.wall();
		this.history = new RequestHistory(() => gate.stats(), clock);
		this.rules = new RefusingRules(clock);
		this.clients = new RefusedClients(clock);
		this.bans = new Bans(() => gate.bans(), clock);
		this.store = new HealthOfStore(() => gate.stats().store);
		gate
			.on('refused', event => {
				this.rules.note(event);
				this.clients.note(event);
			})
			.on('banned', ban => this.bans.begin(ban))
			.on('unbanned', ({client}) => this.bans.end(client))
			.on('storeFailed', ({error}) => this.store.fail(error));
		sampleEachStep(new WeakRef(this.history));
	}
}

/** The timer keeps neither the process alive, nor a gate in memory that is used no more. */
function sampleEachStep(history: WeakRef<RequestHistory>): void {
	const wait = history.deref()?.stepEndsIn;
	if (wait !== undefined) {
		setTimeout(() => {
			history.deref()?.sample();
			sampleEachStep(history);
		}, wait).unref();
	}
}

import type {Gatekeeper} from '../../gatekeeper.ts';
import {Bans} from './bans.ts';
import {type Clock, systemClock} from './clock.ts';
import {RefusedClients} from './refused-clients.ts';
import {RefusingRules} from './refusing-rules.ts';
import {RequestHistory} from './request-history.ts';
import {HealthOfStore} from './store-health.ts';

/** What is remembered of a gate. Its memory is bounded whatever clients do. */
export interface Observations {
	readonly clock: Clock;
	readonly history: RequestHistory;
	readonly rules: RefusingRules;
	readonly clients: RefusedClients;
	readonly bans: Bans;
	readonly store: HealthOfStore;
	/** Whether a request was refused by a dry run: then all are. */
	isDryRun: boolean;
}

export type ObservedGate = Pick<Gatekeeper, 'on' | 'stats' | 'bans'>;

const observed = new WeakMap<ObservedGate, Observations>();

/**
 * Observes a gate from now on, once however many pages show it.
 *
 * @param clock for tests
 */
export function observe(gate: ObservedGate, clock: Clock = systemClock): Observations {
	const known = observed.get(gate);
	if (known !== undefined) {
		return known;
	}

	const observations: Observations = {
		clock,
		history: new RequestHistory(() => gate.stats(), clock),
		rules: new RefusingRules(clock),
		clients: new RefusedClients(clock),
		bans: new Bans(() => gate.bans(), clock),
		store: new HealthOfStore(() => gate.stats().store.failures),
		isDryRun: false,
	};
	observed.set(gate, observations);
	listen(gate, observations);
	sampleEachStep(new WeakRef(observations.history));
	return observations;
}

function listen(gate: ObservedGate, observations: Observations): void {
	const {rules, clients, bans, store} = observations;
	gate
		.on('refused', event => {
			rules.note(event);
			clients.note(event);
			observations.isDryRun = event.dryRun === true;
		})
		.on('banned', ban => bans.begin(ban))
		.on('unbanned', ({client}) => bans.end(client))
		.on('storeFailed', ({error}) => store.fail(error))
		.on('storeRecovered', () => store.recover());
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

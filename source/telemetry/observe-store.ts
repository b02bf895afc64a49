import {describe} from '../checks/describe.ts';
import type {StoreErrorPolicy} from '../stores/guard/failure-policy.ts';
import type {StoreObserver} from '../stores/guard/store-observer.ts';
import {warnEachTime} from '../warnings.ts';
import type {Telemetry} from './telemetry.ts';

/** Counts what a store is asked, and tells of its failures by warnings and events. */
export function observeStore(policy: StoreErrorPolicy, telemetry: Telemetry): StoreObserver {
	const {store} = telemetry.tally;

	return {
		settled(ms, hasFailed) {
			store.questions += 1;
			store.failures += hasFailed ? 1 : 0;
			store.milliseconds += ms;
		},

		failed(error) {
			warnEachTime('GATEKEEPER_STORE_FAILED', policy, describe(error));
			telemetry.storeFailed(error);
		},

		recovered() {
			warnEachTime('GATEKEEPER_STORE_RECOVERED');
			telemetry.storeRecovered();
		},
	};
}

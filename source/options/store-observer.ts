import {describe} from '../checks/describe.ts';
import type {StoreErrorPolicy} from '../stores/guard/failure-policy.ts';
import type {StoreObserver} from '../stores/guard/store-observer.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {warnEachTime} from '../warnings.ts';

/** Counts what a store is asked, and tells of its failures by warnings and events. */
export function storeObserver(policy: StoreErrorPolicy, telemetry: Telemetry): StoreObserver {
	const {store} = telemetry.tally;

	return {
		asked(ms, hasFailed) {
			store.questions += 1;
			store.failures += hasFailed ? 1 : 0;
			store.milliseconds += ms;
		},

		failing(error) {
			warnEachTime('GATEKEEPER_STORE_FAILED', policy, describe(error));
			telemetry.storeFailed(error);
		},

		working() {
			warnEachTime('GATEKEEPER_STORE_RECOVERED');
			telemetry.storeRecovered();
		},
	};
}

import type {StoreStats} from '../../telemetry/stats.ts';
import type {StoreHealth} from '../json/dashboard-json.ts';
import {errorText} from '../text/error-text.ts';

/** Whether the store fails, and why. */
export class HealthOfStore {
	readonly #stats: () => StoreStats;
	/** Of the last time that it began to fail. */
	#error: string | undefined;

	constructor(stats: () => StoreStats) {
		this.#stats = stats;
	}

	fail(error: unknown): void {
		this.#error = errorText(error);
	}

	read(): StoreHealth {
		const {isFailing, failures} = this.#stats();

		return {
			isFailing,
			failures,
			...(isFailing && this.#error !== undefined && {error: this.#error}),
		};
	}
}

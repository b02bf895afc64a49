import type {StoreHealth} from '../json/dashboard-json.ts';
import {errorText} from '../text/error-text.ts';

/** Whether the store fails. */
export class HealthOfStore {
	readonly #failures: () => number;
	#error: string | undefined;

	/** @param failures how many questions have failed since the process began */
	constructor(failures: () => number) {
		this.#failures = failures;
	}

	fail(error: unknown): void {
		this.#error = errorText(error);
	}

	recover(): void {
		this.#error = undefined;
	}

	read(): StoreHealth {
		return {
			isFailing: this.#error !== undefined,
			failures: this.#failures(),
			...(this.#error !== undefined && {error: this.#error}),
		};
	}
}

/** Hears how a store does. */
export interface StoreObserver {
	/**
	 * A question is settled.
	 *
	 * @param ms that the reply took
	 * @param hasFailed whether the policy has decided in the store's place
	 */
	settled(ms: number, hasFailed: boolean): void;
	/** The store has begun to fail. */
	failed(error: unknown): void;
	/** The store has worked for a while again. */
	recovered(): void;
}

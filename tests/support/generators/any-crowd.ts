import fc from 'fast-check';
import {
	type AnyRequest,
	type AnyStack,
	anyRequest,
	anyStack,
	clearStack,
	methods,
} from './any-stack.ts';

export interface AnyGate {
	/** The counts of its rules. All have the same window, and everything happens within it. */
	readonly counts: readonly number[];
	readonly excludedMethods: readonly string[];
	/** Whether the store replies asynchronously, as one on a server does. */
	readonly isRemote: boolean;
}

export interface Crowd {
	readonly stack: AnyStack;
	readonly gates: readonly AnyGate[];
	/** Whether the first client is banned from the start. */
	readonly isBanned: boolean;
	/** The requests of one batch are sent in parallel. */
	readonly batches: ReadonlyArray<readonly AnyRequest[]>;
}

export interface Visit {
	readonly stack: AnyStack;
	/** Sent one after the other. */
	readonly requests: readonly AnyRequest[];
}

const anyGate: fc.Arbitrary<AnyGate> = fc.record({
	counts: fc.oneof(
		{weight: 1, arbitrary: fc.constant([])},
		{weight: 9, arbitrary: fc.array(fc.constantFrom(1, 1, 2, 3), {minLength: 1, maxLength: 2})},
	),
	isRemote: fc.boolean(),
	excludedMethods: fc.oneof(fc.constant([]), fc.subarray(methods)),
});

export const anyCrowd: fc.Arbitrary<Crowd> = fc.record({
	stack: anyStack,
	gates: fc.array(anyGate, {minLength: 1, maxLength: 2}),
	isBanned: fc.constantFrom(false, false, false, true),
	batches: fc.array(anyRequest, {minLength: 1, maxLength: 2}).chain(some =>
		fc.array(fc.array(fc.constantFrom(...some), {minLength: 1, maxLength: 10, size: 'max'}), {
			minLength: 1,
			maxLength: 4,
			size: 'max',
		}),
	),
});

const requests = fc.array(anyRequest, {minLength: 1, maxLength: 15, size: 'max'});
export const anyVisit: fc.Arbitrary<Visit> = fc.record({stack: anyStack, requests});
export const anyClearVisit: fc.Arbitrary<Visit> = fc.record({stack: clearStack, requests});

import type {Explanation} from '../../context.ts';
import type {RefusedEvent} from '../../telemetry/events.ts';
import {boundedExplanation} from './bounded-explanation.ts';

/** How many clients are counted at a time. */
const MAX_CLIENTS = 512;

/** What is known of a client that was refused. */
export interface CountedClient {
	refused: number;
	/** Of the last refusal. */
	kind: RefusedEvent['kind'];
	rule: string;
	by: RefusedEvent['by'];
	/** By the steady clock. */
	lastAt: number;
	explanation: Explanation | undefined;
}

/**
 * Counts how often clients are refused, in constant memory however many there are. Of n refusals, a client with more
 * than n / 513 is counted, and its count is at most that much too low. It is never too high.
 *
 * @see Misra and Gries, Finding repeated elements (1982)
 */
export class FrequentClients {
	readonly clients = new Map<string, CountedClient>();
	/** Whether there have been more clients than fit. */
	#isFlooded = false;

	note(event: RefusedEvent, now: number): void {
		const {client, kind, rules, by} = event;
		const counted = this.clients.get(client);
		if (counted === undefined) {
			this.#add(event, now);
			return;
		}

		counted.refused += 1;
		counted.kind = kind;
		counted.rule = rules[0] ?? '';
		counted.by = by;
		counted.lastAt = now;
		counted.explanation ??= explanationOf(event);
	}

	#add(event: RefusedEvent, now: number): void {
		const {clients} = this;
		if (clients.size >= MAX_CLIENTS) {
			this.#isFlooded = true;
			this.#takeOneFromEach();
			return;
		}

		clients.set(event.client, {
			refused: 1,
			kind: event.kind,
			rule: event.rules[0] ?? '',
			by: event.by,
			lastAt: now,
			// In a flood, most clients are never seen again.
			explanation: this.#isFlooded ? undefined : explanationOf(event),
		});
	}

	/** It takes away what as many refusals have added, so that the work for each of them is constant. */
	#takeOneFromEach(): void {
		for (const [client, counted] of this.clients) {
			counted.refused -= 1;
			if (counted.refused === 0) {
				this.clients.delete(client);
			}
		}
	}
}

/** An inner gate may know the request's client by another name. */
function explanationOf({client, ctx}: RefusedEvent): Explanation | undefined {
	const state = ctx?.state?.gatekeeper;

	return state?.client === client ? boundedExplanation(state.explain()) : undefined;
}

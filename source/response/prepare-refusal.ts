import type {Context} from 'koa';
import type {RequestState} from '../request-state.ts';
import {dropLongPreferences} from './negotiate.ts';

/**
 * What a gate does first where it lets a request no further, before any code of the user's: it speaks for the gates before
 * it, tells the stores of all, and drops long headers.
 */
export function prepareRefusal(ctx: Context, state: RequestState): void {
	state.speakFrom(state.outer);
	tellStoreOf(state);
	// A dry run has refused nothing to the others.
	if (!state.settings.dryRun) {
		for (let gate = state.outer; gate; gate = gate.outer) {
			tellStoreOf(gate);
		}

		dropLongPreferences(ctx);
	}
}

/** Tells the store of a gate that the request was refused. */
export function tellStoreOf({client, settings: {store}}: RequestState): void {
	store.noteRefused(client);
}

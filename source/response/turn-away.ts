import type {Context} from 'koa';
import type {RequestState} from '../request-state.ts';
import {dropLongPreferences} from './negotiate.ts';

/** What comes first where a gate lets a request no further. A dry run only speaks for itself. */
export function turnAway(ctx: Context, state: RequestState): void {
	const {dryRun} = state.settings;
	state.speakFrom(state.outer);
	if (!dryRun) {
		// Before any code of the user's: listeners too.
		dropLongPreferences(ctx);
	}

	// The stores of all gates on the way hear of it. A dry run has refused nothing to the others.
	for (let gate: RequestState | undefined = state; gate; gate = dryRun ? undefined : gate.outer) {
		gate.settings.store.noteRefused(gate.client);
	}
}

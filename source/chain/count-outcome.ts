import type {RequestState} from '../request-state.ts';

/** Counts what became of a request, when it leaves the gate. */
export function countOutcome(state: RequestState): void {
	const {verdict, exemption, isAdmitted, isUnidentified, settings} = state;
	const {tally} = settings.telemetry;
	if (isUnidentified) {
		tally.count('unidentified');
	} else if (isAdmitted === undefined) {
		tally.count('failed');
	} else {
		tally.count(verdict.kind, exemption);
	}
}

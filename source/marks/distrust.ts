import type {GateStore} from '../stores/guard/gate-store.ts';
import type {Probation} from './probation.ts';

/** A request, and what it shows of its client. */
interface Suspect {
	readonly client: string;
	readonly probation: Probation | undefined;
	readonly settings: {readonly store: Pick<GateStore, 'now'>};
	isDistrusted: boolean;
	banEndsAt: number;
}

/** Call this when an exemption has proved wrong. If the request gets its client banned, before or after, that suspends it. */
export function distrust(suspect: Suspect): void {
	suspect.isDistrusted = true;
	suspendWhileBanned(suspect);
}

/**
 * Call this when a report or a ban of the request leaves its client banned.
 *
 * @param endsInMs Infinity for a ban without end
 */
export function noteBan(suspect: Suspect, endsInMs: number): void {
	suspect.banEndsAt = Math.max(suspect.banEndsAt, suspect.settings.store.now() + endsInMs);
	suspendWhileBanned(suspect);
}

function suspendWhileBanned({isDistrusted, banEndsAt, client, probation, settings}: Suspect) {
	const endsInMs = banEndsAt - settings.store.now();
	if (isDistrusted && endsInMs > 0) {
		probation?.suspend(client, endsInMs);
	}
}

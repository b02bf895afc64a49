import type {Probation} from './probation.ts';

/** What a request shows of its client. If it shows both, the client has no exemption for as long as the ban lasts. */
interface Suspect {
	readonly client: string;
	/** An exemption of the request has proved wrong, or would have if it had not been withheld. */
	distrustedBy: Probation | undefined;
	/** Milliseconds until a ban ends that a report or a ban of the request has begun or met; 0 without one. */
	banEndsInMs: number;
}

/** Call this when an exemption has proved wrong. The ban may come before or after that. */
export function distrust(suspect: Suspect, probation: Probation): void {
	suspect.distrustedBy = probation;
	suspend(suspect);
}

export function noteBan(suspect: Suspect, endsInMs: number): void {
	suspect.banEndsInMs = endsInMs;
	suspend(suspect);
}

function suspend({client, distrustedBy, banEndsInMs}: Suspect): void {
	if (banEndsInMs > 0) {
		distrustedBy?.suspend(client, banEndsInMs);
	}
}

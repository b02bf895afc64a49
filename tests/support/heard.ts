import type {GateEventName, Gatekeeper} from '../../source/index.ts';
import {eventNames} from '../../source/telemetry/listeners.ts';

/** Every event of a gate from now on, without its context: its name, and what listeners received. */
export function heardFrom(gate: Pick<Gatekeeper, 'on'>): ReadonlyArray<[GateEventName, object]> {
	const heard: Array<[GateEventName, object]> = [];
	for (const name of eventNames) {
		gate.on(name, (event: object) => {
			const {ctx, ...told} = event as {ctx?: object};
			heard.push([name, told]);
		});
	}

	return heard;
}

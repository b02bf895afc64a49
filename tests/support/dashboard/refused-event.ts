import type {RefusedEvent} from '../../../source/index.ts';

export function refusedEvent(client: string, rest: Partial<RefusedEvent> = {}): RefusedEvent {
	return {client, kind: 'limited', status: 429, rules: ['global'], ...rest};
}

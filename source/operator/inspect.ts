import {wholeSeconds} from '../checks/duration.ts';
import type {ClientName} from '../client/client-name.ts';
import type {Ban} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {Rule} from '../stores/rule.ts';
import type {Quota} from '../stores/verdict.ts';
import {shownBan} from './ban.ts';
import {countedKey, isSpecificKey, type SpecificKey} from './targets.ts';

/** How a client stands, as `gate.inspect()` shows it. */
export interface ClientStanding {
	/** Its canonical key. */
	readonly client: string;
	/** Its ban, or that of a range that it is in, which is then the ban's `client`. */
	readonly ban?: Ban;
	/** Its reports within the ban rule's window; 0 without a ban rule. */
	readonly reports: number;
	/**
	 * The number of its last ban by reports that is remembered: 1, 2, …; 0 if none is, and without a list of durations in
	 * the ban rule.
	 */
	readonly strike: number;
	/** Its quota under each rule that the gate knows. */
	readonly limits: readonly ClientLimit[];
}

/** A client's quota under one rule. */
export interface ClientLimit {
	readonly name: string;
	readonly count: number;
	/** Seconds. */
	readonly window: number;
	/** How many more requests of cost 1 fit now. */
	readonly remaining: number;
	/** Seconds until one of cost 1 fits, rounded up, if none fits now. */
	readonly retryAfter?: number;
}

/** Asks the store how a client stands. Counts nothing. */
export async function inspect(
	name: ClientName | SpecificKey,
	settings: Settings,
): Promise<ClientStanding> {
	const {store, banRule, telemetry} = settings;
	const client = countedKey(name, settings);
	const rules = isSpecificKey(name) ? telemetry.keyRules.list() : rulesOfClients(settings);
	const {ban, quotas, ...counted} = await store.commands.inspect(client, rules, banRule);

	return {client, ...(ban && {ban: shownBan(ban)}), ...counted, limits: quotas.map(limitOf)};
}

/** A `specific` may share the counter of a global rule. */
function rulesOfClients({limits, telemetry}: Settings): readonly Rule[] {
	const global = typeof limits === 'function' ? [] : limits.rules;
	const rules = [...global, ...telemetry.clientRules.list()];

	return [...new Map(rules.map(rule => [rule.id, rule])).values()];
}

function limitOf({rule, remaining, freesInMs}: Quota): ClientLimit {
	const {name, count, window} = rule;

	return {
		name,
		count,
		window: window / 1000,
		remaining,
		...(remaining === 0 && {retryAfter: wholeSeconds(freesInMs)}),
	};
}

import {createHash} from 'node:crypto';
import type {Rule} from '../rule.ts';
import {escapeGlob} from './connection/scan.ts';

/**
 * The names of a store's keys. Those of a client have the client between braces. That is the hash tag by
 * which a cluster finds their slot, so that one script can use them all:
 *
 * - `gk:{203.0.113.7}`: its state
 * - `gk:{203.0.113.7}!`: its reports
 * - `gk:{203.0.113.7}#`: how many of its bans are remembered under escalation
 * - `gk:{203.0.113.7}~`: sometimes for a minute, which give-backs were carried out last
 * - `gk:{203.0.113.7}c3VtOnRp`: its log of requests under one rule
 *
 * All bans of ranges are in one key, `gk:ranges`.
 */
export class Keys {
	/** Matches the keys of clients' states, and no others. */
	readonly statePattern: string;
	readonly ranges: string;
	readonly #prefix: string;

	constructor(prefix: string) {
		this.#prefix = prefix;
		this.statePattern = `${escapeGlob(prefix)}{*}`;
		this.ranges = `${prefix}ranges`;
	}

	stateOf(client: string): string {
		return `${this.#prefix}{${encoded(client)}}`;
	}

	reportsOf(client: string): string {
		return `${this.stateOf(client)}!`;
	}

	strikesOf(client: string): string {
		return `${this.stateOf(client)}#`;
	}

	/** Which give-backs were carried out last. */
	givenBackOf(client: string): string {
		return `${this.stateOf(client)}~`;
	}

	/** The log of a client's requests under one rule. */
	logOf(client: string, rule: Rule): string {
		return this.stateOf(client) + shortId(rule.id);
	}

	/** What stands between the braces of a client's keys. */
	tagOf(client: string): string {
		return encoded(client);
	}

	/** The client that the key of a state belongs to. */
	clientOf(state: string): string {
		return decoded(state.slice(this.#prefix.length + 1, -1));
	}
}

/** A short form of a rule's ID: every client has keys that contain it. */
export function shortId(id: string): string {
	return createHash('sha256').update(id).digest('base64url').slice(0, 8);
}

/** A closing brace would end the hash tag. */
function encoded(client: string): string {
	return /[%}]/.test(client) ? client.replaceAll('%', '%25').replaceAll('}', '%7D') : client;
}

function decoded(text: string): string {
	return text.replaceAll('%7D', '}').replaceAll('%25', '%');
}

import {createHash} from 'node:crypto';
import {literally} from './connection/scan.ts';

/** Half of a character, which no server can hold. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What of a client's key can't stand between braces as it is. */
const UNSAFE = /[%}\ud800-\udfff]/;

/**
 * The names of the keys that a store uses. All of a client's have the client between braces, which is the
 * hash tag by which a cluster finds their slot:
 *
 * - `gk:{203.0.113.7}`: its state
 * - `gk:{203.0.113.7}!`: its reports
 * - `gk:{203.0.113.7}c3VtOnRp`: its log of requests under one rule
 */
export class Keys {
	/** Matches the keys of clients' states, and no others. */
	readonly statePattern: string;
	readonly #prefix: string;

	constructor(prefix: string) {
		this.#prefix = prefix;
		this.statePattern = `${literally(prefix)}{*}`;
	}

	stateOf(client: string): string {
		return `${this.#prefix}{${encoded(client)}}`;
	}

	reportsOf(client: string): string {
		return `${this.stateOf(client)}!`;
	}

	/** The client whose state a key is. */
	clientOf(state: string): string {
		return decoded(state.slice(this.#prefix.length + 1, -1));
	}
}

/** What stands for a rule's counter in keys: short, since there are as many as clients. */
export function counterId(counter: string): string {
	return createHash('sha256').update(counter).digest('base64url').slice(0, 8);
}

/** Neither ends the hash tag nor leaves it empty, and no two clients are the same. */
function encoded(client: string): string {
	if (client === '') {
		return '%';
	}

	return UNSAFE.test(client)
		? client
				.replace(/[%}]/g, character => (character === '%' ? '%25' : '%7D'))
				.replace(LONE_SURROGATE, half => `%u${half.charCodeAt(0).toString(16)}`)
		: client;
}

function decoded(text: string): string {
	return text === '%'
		? ''
		: text
				.replace(/%u([\da-f]{4})/g, (_, code: string) =>
					String.fromCharCode(Number.parseInt(code, 16)),
				)
				.replace(/%7D/g, '}')
				.replace(/%25/g, '%');
}

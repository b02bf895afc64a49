import {memoizeByList} from '../../collections/memoize-by-list.ts';
import type {AskOptions} from '../ask-options.ts';
import {costOf} from '../costs.ts';
import type {Rule} from '../rule.ts';
import type {AdmitOptions} from '../verdict.ts';
import type {Connection} from './connection/connection.ts';
import {listOf} from './connection/reply-list.ts';
import {type Decision, readDecision} from './decision-protocol.ts';
import {shortId} from './keys.ts';
import type {Script} from './scripts/script.ts';

/** A question about one request. */
export interface Admission {
	/** The key of the client's state. */
	readonly state: string;
	readonly rules: readonly Rule[];
	readonly options: AdmitOptions;
	readonly asking: AskOptions | undefined;
}

interface Question extends Admission {
	readonly resolve: (decision: Decision) => void;
	readonly reject: (error: unknown) => void;
}

/** How a list of rules is passed to the script. */
interface Plan {
	/** What the key of each log has after that of the state. */
	readonly ids: readonly string[];
	readonly args: readonly string[];
}

/** Small enough to overlap: the server decides one batch while this process reads the reply to the last. */
const MAX_TOGETHER = 25;

/**
 * Asks the server to decide about the requests of one turn of the event loop together: receiving, starting
 * and replying to a script costs a server more than a decision. In a cluster the clients are on different
 * servers, and each request is a script of its own.
 */
export class Admissions {
	readonly #connection: Connection;
	readonly #script: Script;
	readonly #onError: (error: unknown) => void;
	#maxTogether: number;
	#waiting: Question[] = [];

	constructor(connection: Connection, script: Script, onError: (error: unknown) => void) {
		this.#connection = connection;
		this.#script = script;
		this.#onError = onError;
		this.#maxTogether = connection.isCluster ? 1 : MAX_TOGETHER;
	}

	ask({state, rules, options, asking}: Admission): Promise<Decision> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({state, rules, options, asking, resolve, reject});
			if (this.#waiting.length === 1) {
				setImmediate(() => this.#askAll());
			}
		});
	}

	#askAll(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		// Until the client is connected, each question waits for as long as its own gate lets it.
		const together = this.#connection.isReady() ? this.#maxTogether : 1;
		for (let from = 0; from < waiting.length; from += together) {
			this.#askTogether(waiting.slice(from, from + together));
		}
	}

	async #askTogether(questions: readonly Question[]): Promise<void> {
		try {
			const values = listOf(await this.#run(questions)).values();
			for (const {rules, options, resolve} of questions) {
				resolve(readDecision(values, rules, options));
			}
		} catch (error) {
			if (questions.length > 1 && error instanceof Error && error.message.includes('CROSSSLOT')) {
				// A cluster behind a client that does not know it: nothing was counted.
				this.#maxTogether = 1;
				for (const question of questions) {
					this.#askTogether([question]);
				}

				return;
			}

			this.#onError(error);
			// Requests that are decided already stay so.
			for (const {reject} of questions) {
				reject(error);
			}
		}
	}

	/** See scripts/admit.ts for the arguments. */
	#run(questions: readonly Question[]): Promise<unknown> {
		const lists = [...new Set(questions.map(({rules}) => rules))];
		const keys = questions.flatMap(({state, rules}) => [
			state,
			...planFor(rules).ids.map(id => state + id),
		]);
		const args = [String(lists.length), ...lists.flatMap(rules => planFor(rules).args)];
		for (const {rules, options} of questions) {
			const {costs} = options;
			const code = 32 * lists.indexOf(rules) + flagsOf(options);
			// Sent only if one is not 1.
			if (costs === undefined || costs.every(cost => cost === 1)) {
				args.push(String(code));
			} else {
				args.push(String(code + 8), ...rules.map((_, index) => String(costOf(costs, index))));
			}
		}

		// A question that has to wait for the connection is asked alone: its own deadline counts.
		return this.#script.run(this.#connection, keys, args, questions.at(-1)?.asking);
	}
}

function flagsOf({immune, late, peek, returnable}: AdmitOptions): number {
	return (immune ? 1 : 0) + (late ? 2 : 0) + (peek ? 4 : 0) + (returnable ? 16 : 0);
}

const planFor = memoizeByList(
	(rules: readonly Rule[]): Plan => ({
		ids: rules.map(rule => shortId(rule.id)),
		args: [
			String(rules.length),
			...rules.flatMap(({count, window}) => [String(count), String(window)]),
		],
	}),
);

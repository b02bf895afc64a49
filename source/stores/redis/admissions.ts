import {remembered} from '../../collections/memoize-list.ts';
import type {Rule} from '../../options/rules.ts';
import type {Verdict} from '../store.ts';
import type {Connection} from './connection/connection.ts';
import {counterId} from './keys.ts';
import {listOf, parseVerdict} from './protocol.ts';
import type {Script} from './scripts/script.ts';

/** What is asked about one client. */
export interface Admission {
	/** The key of its state. */
	readonly state: string;
	readonly rules: readonly Rule[];
	readonly isImmune: boolean;
	readonly isLate: boolean;
	readonly isPeek: boolean;
}

interface Waiting extends Admission {
	readonly resolve: (verdict: Verdict) => void;
	readonly reject: (error: unknown) => void;
}

/** How a script is told of a list of rules. */
interface Plan {
	/** What each log's key has after the state's. */
	readonly ids: readonly string[];
	readonly args: readonly string[];
}

/** So few that the server answers some while this process reads what it has answered about others. */
const MOST_TOGETHER = 25;

/**
 * Asks whether clients may come in, about all of one turn of the event loop together: to receive, begin
 * and answer a script costs a server more than what it does for one client. In a cluster the clients are
 * on different servers, and each is asked about alone.
 */
export class Admissions {
	readonly #connection: Connection;
	readonly #script: Script;
	#mostTogether: number;
	#waiting: Waiting[] = [];

	constructor(connection: Connection, script: Script) {
		this.#connection = connection;
		this.#script = script;
		this.#mostTogether = connection.isCluster ? 1 : MOST_TOGETHER;
	}

	ask(admission: Admission): Promise<Verdict> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({...admission, resolve, reject});
			if (this.#waiting.length === 1) {
				setImmediate(() => this.#askAll());
			}
		});
	}

	#askAll(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		for (let from = 0; from < waiting.length; from += this.#mostTogether) {
			this.#askTogether(waiting.slice(from, from + this.#mostTogether));
		}
	}

	async #askTogether(questions: readonly Waiting[]): Promise<void> {
		try {
			const told = listOf(await this.#run(questions)).values();
			for (const {rules, resolve} of questions) {
				resolve(parseVerdict(told, rules));
			}
		} catch (error) {
			if (questions.length > 1 && error instanceof Error && error.message.includes('CROSSSLOT')) {
				// A part of a cluster behind a client that does not know: nothing was done.
				this.#mostTogether = 1;
				for (const question of questions) {
					this.#askTogether([question]);
				}

				return;
			}

			// Those that have their answer keep it.
			for (const {reject} of questions) {
				reject(error);
			}
		}
	}

	/** As scripts/admit.ts reads it. */
	#run(questions: readonly Waiting[]): Promise<unknown> {
		const lists = [...new Set(questions.map(({rules}) => rules))];
		const keys = questions.flatMap(({state, rules}) => [
			state,
			...planFor(rules).ids.map(id => state + id),
		]);
		const codes = questions.map(({rules, isImmune, isLate, isPeek}) =>
			String(8 * lists.indexOf(rules) + (isImmune ? 1 : 0) + (isLate ? 2 : 0) + (isPeek ? 4 : 0)),
		);
		const args = [String(lists.length), ...lists.flatMap(rules => planFor(rules).args), ...codes];

		return this.#script.run(this.#connection, keys, args);
	}
}

/** How a list of rules is asked about: it stays as it is. */
const planFor = remembered(
	(rules: readonly Rule[]): Plan => ({
		ids: rules.map(rule => counterId(rule.counter)),
		args: [
			String(rules.length),
			...rules.flatMap(({count, window}) => [String(count), String(window)]),
		],
	}),
);

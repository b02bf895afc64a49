import type {AskOptions} from '../ask-options.ts';
import type {Inspection} from '../inspection.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import {readInspection} from './decision-protocol.ts';
import {type Keys, shortId} from './keys.ts';
import type {Server} from './server.ts';

/** What is asked about a client. */
interface Question {
	readonly rules: readonly Rule[];
	readonly banRule: SettledBanRule | undefined;
	readonly asking: AskOptions | undefined;
}

/** Asks the server how a client stands, whatever this process remembers of it. */
export async function inspect(
	{connection, scripts}: Server,
	keys: Keys,
	client: string,
	{rules, banRule, asking}: Question,
): Promise<Inspection> {
	const about = [
		keys.stateOf(client),
		keys.reportsOf(client),
		keys.strikesOf(client),
		...rules.map(rule => keys.logOf(client, rule)),
	];
	const args = banRule ? [shortId(banRule.id), String(banRule.window)] : ['', '0'];
	args.push(...rules.flatMap(({count, window}) => [String(count), String(window)]));

	// Not as a command: if it fails, nothing has taken effect.
	const reply = await scripts.inspect.run(connection, about, args, asking);
	return readInspection(client, rules, reply);
}

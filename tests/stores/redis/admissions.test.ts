import test from 'ava';
import {Admissions} from '../../../source/stores/redis/admissions.ts';
import type {Connection} from '../../../source/stores/redis/connection/connection.ts';
import {Script} from '../../../source/stores/redis/scripts/script.ts';
import type {AdmitOptions} from '../../../source/stores/verdict.ts';
import {limit} from '../contract/promised.ts';

const rules = [limit(5, 1000), limit(9, 2000, 'other')];

/** What is sent about some requests of one turn, after the keys. */
async function sentAbout(all: readonly AdmitOptions[]): Promise<readonly string[]> {
	let sent: readonly string[] = [];
	const connection: Connection = {
		isCluster: false,
		isReady: () => true,
		clientTimeout: undefined,
		readOnlyAdvice: undefined,
		servers: async () => [],
		send: async (_key, command) => {
			sent = command;
			return all.map(() => 3);
		},
	};
	const admissions = new Admissions(connection, new Script('return 1'), () => {});
	await Promise.all(
		all.map(options => admissions.ask({state: 'gk:{a}', rules, options, asking: undefined})),
	);

	return sent.slice(3 + Number(sent[2]));
}

const list = ['1', '2', '5', '1000', '9', '2000'];

test('costs are sent only if there are any but 1', async t => {
	t.deepEqual(await sentAbout([{}]), [...list, '0']);
	t.deepEqual(await sentAbout([{costs: [1, 1]}]), [...list, '0']);
	t.deepEqual(await sentAbout([{costs: [1, 0]}]), [...list, '8', '1', '0']);
	t.deepEqual(await sentAbout([{costs: [7]}, {}]), [...list, '8', '7', '1', '0']);
});

test('what else a request asks for takes no further argument', async t => {
	t.deepEqual(
		await sentAbout([
			{immune: true},
			{late: true},
			{peek: true},
			{returnable: true},
			{immune: true, late: true, peek: true, returnable: true, costs: [2, 3]},
		]),
		[...list, '1', '2', '4', '16', '31', '2', '3'],
	);
});

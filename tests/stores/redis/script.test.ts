import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Connection} from '../../../source/stores/redis/connection/connection.ts';
import {Script} from '../../../source/stores/redis/scripts/script.ts';

/** Two servers, by the first letter of a key. They know a script once they have run its text. */
function cluster() {
	const known = new Set<string>();
	const sent: string[] = [];
	const connection: Connection = {
		isCluster: true,
		isReady: () => true,
		clientTimeout: undefined,
		readOnlyAdvice: undefined,
		servers: async () => [],
		send: async (key, [name = '']) => {
			const server = key.slice(0, 1);
			sent.push(`${server} ${name}`);
			await Promise.resolve();
			if (name === 'EVALSHA' && !known.has(server)) {
				throw new Error('NOSCRIPT No matching script');
			}

			if (key.endsWith('!')) {
				throw new Error('OOM');
			}

			if (key.endsWith('?')) {
				return new Promise(() => {});
			}

			known.add(server);
			return key;
		},
	};

	return {connection, sent};
}

test('of many runs at once, one sends the text to a server that does not know it', async t => {
	const {connection, sent} = cluster();
	const script = new Script('return 1');
	const keys = ['a1', 'a2', 'a3', 'a4'];

	t.deepEqual(await Promise.all(keys.map(key => script.run(connection, [key]))), keys);
	t.is(sent.filter(command => command === 'a EVAL').length, 1);
	t.is(await script.run(connection, ['a5']), 'a5');
	t.is(sent.at(-1), 'a EVALSHA');
});

test('another server of a cluster gets the text too', async t => {
	const {connection, sent} = cluster();
	const script = new Script('return 1');
	const keys = ['a1', 'b1', 'b2'];

	t.deepEqual(await Promise.all(keys.map(key => script.run(connection, [key]))), keys);
	t.is(sent.filter(command => command === 'a EVAL').length, 1);
	t.true(sent.includes('b EVAL'));
});

test('a run that fails rejects, and the others go on', async t => {
	const {connection} = cluster();
	const script = new Script('return 1');
	const runs = ['a!', 'a1', 'a2!'].map(key => script.run(connection, [key]));
	const settled = await Promise.allSettled(runs);

	t.deepEqual(
		settled.map(({status}) => status),
		['rejected', 'fulfilled', 'rejected'],
	);
});

test('the text of a script is not sent for a question that was given up', async t => {
	const {connection, sent} = cluster();
	const asking = new AbortController();
	const run = new Script('return 1').run(connection, ['a1'], [], asking);
	asking.abort();

	await t.throwsAsync(run, {message: /^NOSCRIPT/});
	t.deepEqual(sent, ['a EVALSHA']);
});

test('a server that never replies to the text of a script does not keep it from the others', async t => {
	const {connection, sent} = cluster();
	const script = new Script('return 1');
	script.run(connection, ['a?']);
	await setImmediate();
	t.is(sent.at(-1), 'a EVAL');

	const keys = ['b1', 'b2', 'b3'];
	t.deepEqual(await Promise.all(keys.map(key => script.run(connection, [key]))), keys);
	t.true(sent.includes('b EVAL'));
	t.is(await script.run(connection, ['b4']), 'b4');
	t.is(sent.at(-1), 'b EVALSHA');
});

test('nothing more is sent for a question that is given up while the text is on its way', async t => {
	const {connection, sent} = cluster();
	const script = new Script('return 1');
	const asking = new AbortController();
	script.run(connection, ['a?']);
	await setImmediate();
	const run = script.run(connection, ['b1'], [], asking);
	asking.abort();

	await t.throwsAsync(run, {message: /^NOSCRIPT/});
	t.is(sent.at(-1), 'b EVALSHA');
	t.is(sent.filter(command => command.startsWith('b')).length, 1);
});

import test from 'ava';
import {assertAllMasters} from '../../../source/stores/redis/connection/cluster-masters.ts';

const a = ['10.0.0.1', 6379, 'id a', []];
const b = ['10.0.0.2', 6379, 'id b', []];
const replica = ['10.0.0.3', 6379, 'id c', []];
const whole = [
	[0, 99, a, replica],
	[100, 200, b],
	[201, 16_383, a, replica],
];

/** A master that replies with a table of slots. */
const master = (table: unknown) => async (command: readonly string[]) =>
	command.join(' ') === 'CLUSTER SLOTS' ? table : undefined;

test('as many masters as hold slots are all of them, and one more may hold none', async t => {
	await t.notThrowsAsync(assertAllMasters([master(whole), master(whole)]));
	await t.notThrowsAsync(assertAllMasters([master(whole), master(whole), master(whole)]));
});

test('fewer masters than hold slots, as far as one of them knows, are not all', async t => {
	const old = [[0, 16_383, a]];

	await t.throwsAsync(assertAllMasters([master(whole)]), {message: /all of its masters/});
	await t.throwsAsync(assertAllMasters([master([...whole, [0, 0, replica]]), master(old)]), {
		message: /all of its masters/,
	});
});

test('slots without a master, and a reply that is no table, are errors', async t => {
	await t.throwsAsync(assertAllMasters([master([[0, 16_382, a]])]), {message: /^1 slots/});
	await t.throwsAsync(assertAllMasters([master('OK')]), {instanceOf: TypeError});
});

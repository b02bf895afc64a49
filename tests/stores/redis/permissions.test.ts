import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {Redis} from 'ioredis';
import {RedisStore} from '../../../source/redis.ts';
import {root} from '../../support/documents.ts';
import {opened, server} from '../../support/redis/shared.ts';
import {counted, escalating, limit, listed} from '../contract/promised.ts';

test('a user who may run the commands that the page on stores names can use all of the store', async t => {
	const page = await readFile(join(root, 'docs/stores.md'), 'utf8');
	const [, paragraph = ''] = /\*\*What it must allow\.\*\*(.*)/.exec(page) ?? [];
	const commands = [...paragraph.matchAll(/\b[A-Z]{3,}\b/g)].map(([name]) => name.toLowerCase());
	t.true(commands.length > 15);
	const allowed = commands.map(name => `+${name}`);
	await opened.run('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '-@all', ...allowed);
	const client = new Redis(server.port, {
		username: 'limited',
		password: 'secret',
		enableReadyCheck: false,
		disableClientInfo: true,
	});
	t.teardown(() => client.disconnect());

	const store = new RedisStore({client, prefix: 'permitted:'});
	const rules = [limit(3, 60_000), limit(5000, 60_000, 'long')];
	const banRule = escalating(2, 60_000, [600_000, Infinity], 600_000);
	for (const costs of [
		[1, 1000],
		[1, 1000],
		[1, 1],
	]) {
		const entries = await counted(store, rules, {costs});
		await store.reset('b');
		await store.admit('b', rules, {costs, late: true});
		await store.admit('b', rules, {costs, late: true});
		await store.giveBack('a', entries.slice(costs[1] === 1 ? 0 : 2));
	}

	// A log that it may not read counts as empty.
	const verdict = await store.admit('a', rules, {costs: [0, 0]});
	const quotas = verdict.kind === 'admitted' ? verdict.quotas : [];
	t.deepEqual(
		quotas.map(({remaining}) => remaining),
		[1, 3000],
	);
	await store.report('a', banRule, {weight: 1});
	const inspection = await store.inspect('a', rules, banRule);
	t.deepEqual(
		[inspection.reports, inspection.quotas.map(({remaining}) => remaining)],
		[1, [1, 3000]],
	);
	await store.report('a', banRule, {weight: 1});
	await store.ban('b', {duration: 600_000, isTrap: true});
	t.is((await listed(store)).length, 2);
	await store.unban('a');
	for (const duration of [600_000, Infinity]) {
		await store.banRange('10.0.0.0/8', {duration});
	}

	t.is((await store.ranges()).length, 1);
	await store.unbanRange('10.0.0.0/8');
	await opened.run('SET', 'permitted:ranges', 'x');
	await t.notThrowsAsync(store.banRange('10.0.0.0/8', {duration: 600_000}));
});

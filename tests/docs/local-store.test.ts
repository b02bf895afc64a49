import {spawn} from 'node:child_process';
import {readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Gatekeeper, gatekeeper, MemoryStore} from '../../source/index.ts';
import {LocalStore} from '../../source/local.ts';
import {RedisStore} from '../../source/redis.ts';
import {blocks, importModule, moduleFolder} from '../support/documents.ts';
import {bansOf} from '../support/gated-app.ts';
import {newPath} from '../support/local/opened.ts';
import {opened} from '../support/redis/shared.ts';

const page = 'docs/local-store.md';
const shownPath = "'/var/lib/app/gatekeeper.mdb'";

test('the recipe moves bans from memory to a file, and from the file to Redis', async t => {
	const [code = ''] = await blocks(page, 'Move bans from one store to another');
	const {moveBans} = await importModule<{
		moveBans: (from: Gatekeeper, to: Gatekeeper) => Promise<void>;
	}>(t, code.replace('async function', 'export async function'));
	const file = new LocalStore({path: newPath()});
	t.teardown(() => file.close());
	const stores = [
		new MemoryStore(),
		file,
		new RedisStore({client: opened.client, prefix: `${newPath()}:`}),
	];
	const [memory, local, redis] = stores.map(store =>
		gatekeeper({banRule: [1, 60, 600], store}),
	) as [Gatekeeper, Gatekeeper, Gatekeeper];
	await memory.ban('203.0.113.7', {duration: Infinity, reason: 'scraper'});
	await memory.ban('198.51.100.0/24', {duration: '1d'});
	await memory.ban('2001:db8:bad::/48', {duration: Infinity, reason: 'botnet'});
	await memory.ban({key: 'alice'}, {duration: '1h'});
	await memory.report('192.0.2.1', {reason: 'password'});

	const moved = async (to: Gatekeeper) => {
		const bans = await bansOf({gate: to});
		return bans.toSorted((one, other) => (one.client < other.client ? -1 : 1));
	};
	const expected = (await moved(memory)).map(({client, reason, retryAfter}) => ({
		client,
		by: 'hand',
		...(reason !== undefined && {reason}),
		retryAfter,
	}));
	t.is(expected.length, 5);
	for (const [from, to] of [
		[memory, local],
		[local, redis],
	] as const) {
		await moveBans(from, to);
		const bans = await moved(to);
		t.deepEqual(
			bans.map(({retryAfter: _, ...ban}) => ban),
			expected.map(({retryAfter: _, ...ban}) => ban),
		);
		for (const [index, {retryAfter}] of bans.entries()) {
			const before = expected[index]?.retryAfter ?? 0;
			t.true(retryAfter === before || before - retryAfter < 300, `${retryAfter} of ${before}`);
		}
	}
});

test('the backup of a file that is in use holds its bans', async t => {
	const path = newPath();
	const store = new LocalStore({path});
	t.teardown(() => store.close());
	await store.ban('a', {duration: Infinity});
	const backup = newPath();
	const [code = ''] = await blocks(page, 'Backups');
	await importModule(
		t,
		code
			.replace(shownPath, JSON.stringify(path))
			.replace("join(tmpdir(), 'gatekeeper.backup.mdb')", JSON.stringify(backup)),
	);

	const restored = new LocalStore({path: backup});
	t.teardown(() => restored.close());
	t.is((await restored.admit('a', [], {})).kind, 'banned');
});

test('the recipe moves a damaged file away, and keeps it, but no file of another program', async t => {
	const path = newPath();
	const code = (await blocks(page, 'What fails when'))[0] ?? '';
	const {openStore} = await importModule<{openStore: () => LocalStore}>(
		t,
		code
			.replace(shownPath, JSON.stringify(path))
			.replace('console.error(error)', '')
			.replace('function openStore', 'export function openStore'),
	);
	const files = () => readdirSync(dirname(path)).filter(name => name.startsWith(basename(path)));
	writeFileSync(path, 'a file of another program');
	t.throws(openStore, {code: 'ERR_GATEKEEPER_FILE'});
	t.deepEqual(files(), [basename(path)]);

	rmSync(path);
	const first = new LocalStore({path});
	await first.ban('a', {duration: Infinity});
	await first.close();
	truncateSync(path, 10_000);
	const store = openStore();
	t.teardown(() => store.close());
	t.is((await store.admit('a', [], {})).kind, 'admitted');
	t.is(files().filter(name => name.includes('.damaged-')).length, 1);
});

test('the workers of the cluster count together, and a restart frees nobody', async t => {
	const [, code = ''] = await blocks(page);
	const path = newPath();
	const module = `
		${code
			.replace(shownPath, JSON.stringify(path))
			.replace('availableParallelism()', '3')
			.replace("cluster.on('exit', () => cluster.fork());", printPort)
			.replace('app.listen(3000)', "app.listen(0, '127.0.0.1')")
			.replace("import {availableParallelism} from 'node:os';", '')}
	`;

	for (const admitted of [100, 0]) {
		const {url, stop} = await startCluster(t, module);
		const statuses = await Promise.all(
			Array.from({length: 300}, async () => (await fetch(url)).status),
		);
		t.is(statuses.filter(status => status === 404).length, admitted);
		t.is(statuses.filter(status => status === 429).length, 300 - admitted);
		await stop();
	}
});

/** Once all workers listen. */
const printPort = `
	let listening = 0;
	cluster.on('listening', (_, {port}) => {
		listening += 1;
		if (listening === 3) {
			console.log('listening at ' + port);
		}
	});
	process.on('disconnect', () => process.exit());
`;

async function startCluster(
	t: ExecutionContext,
	module: string,
): Promise<{url: string; stop: () => Promise<void>}> {
	const file = join(await moduleFolder(t), 'cluster.ts');
	await writeFile(file, module);
	const child = spawn(process.execPath, ['--import=tsx', file], {
		stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
	});
	t.teardown(() => child.kill());
	let printed = '';
	for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
		printed += text;
		const [, port] = /listening at (\d+)/.exec(printed) ?? [];
		if (port !== undefined) {
			return {
				url: `http://127.0.0.1:${port}`,
				stop: async () => {
					const exited = new Promise(resolve => child.once('exit', resolve));
					child.disconnect();
					await exited;
				},
			};
		}
	}

	throw new Error(`The cluster ended, having printed '${printed}'`);
}

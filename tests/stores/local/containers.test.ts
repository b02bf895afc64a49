import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {Verdict} from '../../../source/index.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';
import {namespaceCommand} from '../../support/own-namespaces.ts';
import {bannedBy} from '../contract/promised.ts';

const displaced =
	/ERR_GATEKEEPER_NOT_SENT LocalStore cannot use .*: a process in another PID namespace, such as that of another container, uses it\. .*: nothing was changed/;

/** Begins a process in a PID namespace of its own, as in a container. */
type Container = (path: string) => Promise<StoreProcess>;

/** Undefined where this user may make no namespaces. */
function containers(t: ExecutionContext): Container | undefined {
	const command = namespaceCommand(t);

	return (
		command &&
		(path => {
			const within = [...command, '--pid', '--fork', '--mount-proc', '--kill-child'];
			return StoreProcess.begin(t, {path}, {within});
		})
	);
}

/** Asks until the process is displaced: it looks four times a second. */
async function untilDisplaced(t: ExecutionContext, process: StoreProcess): Promise<void> {
	let failed = '';
	while (failed === '') {
		failed = await process.call('admit', 'a', [], {}).then(() => '', String);
		await setTimeout(50);
	}

	t.regex(failed, displaced);
}

async function kindOf(process: StoreProcess, client: string): Promise<string> {
	return (await process.call<Verdict>('decide', client, [])).kind;
}

test('of two containers that share a file, the older one is told so, and a process beside the newer one works', async t => {
	const container = containers(t);
	if (!container) {
		return;
	}

	const path = newPath();
	const first = await container(path);
	await first.call('ban', 'banned', {duration: Infinity, reason: 'scraper'});
	const second = await container(path);
	t.deepEqual(
		await second.call('decide', 'banned', []),
		bannedBy('hand', Infinity, 'scraper'),
		'it has the file at once',
	);

	await untilDisplaced(t, first);
	const beside = await StoreProcess.begin(t, {path}, {within: second.itsPidNamespace});
	await beside.call('ban', 'banned beside', {duration: Infinity});
	t.is(await kindOf(second, 'banned beside'), 'banned');

	// Two seconds after a failure, a store may open its file again.
	for (let attempt = 0; attempt < 15; attempt += 1) {
		await t.throwsAsync(first.call('admit', 'a', [], {}), {message: displaced});
		await t.throwsAsync(first.call('backup', newPath()), {message: displaced});
		t.is(await kindOf(second, 'a'), 'admitted');
		t.is(await kindOf(beside, 'a'), 'admitted');
		await setTimeout(200);
	}
});

test('a store with a clock of its own is displaced, too', async t => {
	const container = containers(t);
	if (!container) {
		return;
	}

	const path = newPath();
	const first = await StoreProcess.begin(t, {path, hasManualClock: true});
	await container(path);

	await untilDisplaced(t, first);
});

test('a container that takes the place of one that was killed needs nothing', async t => {
	const container = containers(t);
	if (!container) {
		return;
	}

	const path = newPath();
	for (let start = 0; start < 3; start += 1) {
		const process = await container(path);
		await process.call('ban', `banned ${start}`, {duration: Infinity});
		t.is(await kindOf(process, 'banned 0'), 'banned');
		await process.kill();
	}
});

import {renameSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {LocalStore} from '../../../source/local.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';
import {limit} from '../contract/promised.ts';

/*
 * Somebody removes or replaces a file while processes use it, and another process starts at that very moment.
 */

const rules = [limit(5, 3_600_000, 'one')];

/** Two processes that write bans all the time, until their file fails. */
async function writers(t: ExecutionContext, path: string): Promise<readonly StoreProcess[]> {
	const processes = [await StoreProcess.begin(t, {path}), await StoreProcess.begin(t, {path})];
	for (const [index, process] of processes.entries()) {
		process.call('write', `writer ${index}`, rules).catch(() => {});
	}

	await Promise.all(processes.map(process => process.firstConfirmed));
	return processes;
}

for (let round = 0; round < 4; round += 1) {
	test(`the lock file is removed while processes write, and another one starts: no ban is lost (${round})`, async t => {
		const path = newPath();
		const processes = await writers(t, path);
		rmSync(`${path}-lock`);
		await setTimeout(30 * round);
		const next = await StoreProcess.begin(t, {path});
		await next.call('ban', 'another', {duration: Infinity, reason: 'another'});

		const confirmed = ['another', ...processes.flatMap(process => process.confirmed)];
		t.true(confirmed.length > 3);
		t.deepEqual(await next.call('unbanned', confirmed), []);
		await Promise.all([next, ...processes].map(process => process.kill()));
		const last = await StoreProcess.begin(t, {path});
		t.deepEqual(await last.call('unbanned', confirmed), [], 'the file is sound');
	});
}

for (const title of ['a backup', 'nothing']) {
	test(`${title} takes the place of a file while processes write, and another one starts: it uses what is there`, async t => {
		const path = newPath();
		const other = newPath();
		const store = new LocalStore({path: other});
		await store.ban('restored', {duration: Infinity, reason: 'restored'});
		await store.close();
		await writers(t, path);
		if (title === 'a backup') {
			renameSync(other, path);
		} else {
			rmSync(path);
		}

		const next = await StoreProcess.begin(t, {path});
		const expected = title === 'a backup' ? [] : ['restored'];
		t.deepEqual(await next.call('unbanned', ['restored']), expected);
		await next.call('ban', 'new', {duration: Infinity, reason: 'new'});
		t.deepEqual(await next.call('unbanned', ['new']), []);
	});
}

test('a lock file that is truncated while processes use it is an error, and they live', async t => {
	const path = newPath();
	const processes = [await StoreProcess.begin(t, {path}), await StoreProcess.begin(t, {path})];
	await processes[0]?.call('ban', 'banned', {duration: Infinity, reason: 'banned'});
	const {size} = statSync(`${path}-lock`);
	let told: readonly string[] = [];
	// On a busy machine, they may have mended it before they are asked.
	for (let attempt = 0; attempt < 20 && told.length === 0; attempt += 1) {
		truncateSync(`${path}-lock`, 0);
		await setTimeout(5);

		// One of them mends it. The others may not notice.
		const errors = await Promise.all(
			processes.map(process => process.call('admit', 'a', rules, {}).then(() => '', String)),
		);
		told = errors.filter(error => error !== '');
	}

	t.true(told.length > 0, 'nobody has noticed');

	for (const error of told) {
		t.regex(
			error,
			/ERR_GATEKEEPER_NOT_SENT .*-lock was (truncated|emptied or overwritten) while in use: nothing was changed/,
		);
	}

	t.is(statSync(`${path}-lock`).size, size);
	for (const process of processes) {
		let left: unknown;
		while (left === undefined) {
			await setTimeout(50);
			left = await process.call('unbanned', ['banned']).catch(() => undefined);
		}

		t.deepEqual(left, []);
	}
});

for (const [title, change] of Object.entries({
	'was truncated': (lockFile: string) => truncateSync(lockFile, 0),
	'was overwritten': (lockFile: string) => writeFileSync(lockFile, Buffer.alloc(16 * 1024, 'x')),
	'nobody has begun': (lockFile: string) => writeFileSync(lockFile, Buffer.alloc(16 * 1024)),
})) {
	test(`a start beside a process whose lock file ${title} mends that`, async t => {
		const path = newPath();
		const process = await StoreProcess.begin(t, {path});
		await process.call('ban', 'banned', {duration: Infinity, reason: 'banned'});
		change(`${path}-lock`);

		const store = new LocalStore({path});
		t.teardown(() => store.close());
		t.is((await store.admit('banned', [], {})).kind, 'banned');
	});
}

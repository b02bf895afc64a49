import {
	copyFileSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {basename, dirname} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {LocalStore} from '../../../source/local.ts';
import {gatedApp} from '../../support/gated-app.ts';
import {LockHolder} from '../../support/local/lock-holder.ts';
import {mishaps} from '../../support/local/mishaps.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';
import {limit} from '../contract/promised.ts';

const rules = [limit(5, 3_600_000)];

for (const mishap of Object.keys(mishaps)) {
	test(`a process whose file fails is told so, and lives, when ${mishap}`, async t => {
		const path = newPath();
		const process = await used(t, path);
		const bytes = readFileSync(path);
		// It does so itself: in the middle of a transaction, it would end.
		await process.call('harm', mishap);
		const left = readFileSync(path);

		// It opens the file again every two seconds.
		for (let attempt = 0; attempt < 30; attempt += 1) {
			await t.throwsAsync(process.call('admit', 'a', rules, {}), {
				message: /ERR_GATEKEEPER_NOT_SENT LocalStore cannot use .*: nothing was changed/,
			});
			await setTimeout(100);
		}

		await t.throwsAsync(process.call('backup', newPath()), {message: /nothing was changed/});
		t.deepEqual(readFileSync(path), left, 'it is left as it is');
		t.throws(() => new LocalStore({path}), {message: /LocalStore cannot use/});

		// A backup is put back.
		renameSync(path, `${path}.damaged`);
		writeFileSync(path, bytes);
		t.is(await kindAtLast(process), 'banned');
	});
}

test('a process whose file is truncated while it waits for the lock is told so, and lives', async t => {
	const path = newPath();
	const process = await used(t, path);
	const holder = await LockHolder.begin(t, path);
	const deciding = process.call('admit', 'a', rules, {});
	await holder.isWaitedFor();
	truncateSync(path, 40_000);
	holder.release();

	await t.throwsAsync(deciding, {message: /ERR_GATEKEEPER_NOT_SENT .* is damaged/});
	await t.throwsAsync(process.call('admit', 'a', rules, {}), {message: /is damaged/});
});

test('a process opens the file that takes the place of its own, or a new one if that was removed', async t => {
	const path = newPath();
	const process = await used(t, path);
	const other = newPath();
	const store = new LocalStore({path: other});
	await store.ban('a', {duration: Infinity, reason: 'other'});
	await store.close();
	renameSync(other, path);
	t.is(await reasonAtLast(process, 'other'), 'other');

	rmSync(path);
	await until(async () => {
		const verdict = await process
			.call<{kind: string}>('admit', 'a', rules, {})
			.catch(() => undefined);
		return verdict?.kind === 'admitted';
	});
	t.true(statSync(path).size > 0);
});

test('a process whose file is overwritten by another one of a store fails first, and then uses that', async t => {
	const path = newPath();
	const process = await used(t, path);
	const other = newPath();
	const store = new LocalStore({path: other});
	await store.ban('a', {duration: Infinity, reason: 'other'});
	await store.close();
	// With the same number of transactions, it would be as if the process had written the file itself.
	for (let transaction = 0; transaction < 200; transaction += 1) {
		await process.call('admit', 'b', [], {});
	}

	copyFileSync(other, path);

	await t.throwsAsync(process.call('admit', 'b', rules, {}), {message: /while in use/});
	t.is(await reasonAtLast(process, 'other'), 'other');
});

test('while a file fails, onStoreError decides, and the gate names the reason', async t => {
	const path = newPath();
	const store = new LocalStore({path});
	const app = gatedApp({store, rateLimitRule: [2, 60], onStoreError: 'memory'});
	const closed = gatedApp({store, rateLimitRule: [2, 60], onStoreError: 'closed'});
	t.teardown(() => store.close());
	const errors: unknown[] = [];
	app.gate.on('storeFailed', ({error}) => errors.push(error));
	t.is((await app.http.get('/ping')).status, 200);
	truncateSync(path, 12_288);

	t.is((await app.http.get('/ping')).status, 200);
	t.is((await app.http.get('/ping')).status, 200);
	t.is((await app.http.get('/ping')).status, 429);
	t.is((await closed.http.get('/ping')).status, 503);
	t.regex(String(errors[0]), /is damaged/);
	await t.throwsAsync(app.gate.ban('203.0.113.7'), {code: 'ERR_GATEKEEPER_NOT_SENT'});
});

test('on a full disk, what must be written fails, and what was written stays', async t => {
	const path = newPath();
	const first = await used(t, path);
	await first.kill();
	// No more than this many bytes of a file, as on a full disk.
	const limited = await StoreProcess.begin(t, {path}, {maxFileKilobytes: 5000});
	t.is((await limited.call<{kind: string}>('admit', 'a', rules, {})).kind, 'banned');
	let failed = '';
	for (let number = 0; failed === '' && number < 200_000; number += 500) {
		failed = await limited.call('admitMany', number, number + 500, rules).then(() => '', String);
	}

	t.regex(failed, /ERR_GATEKEEPER_NOT_SENT The disk is full: nothing was changed/);
	t.is((await limited.call<{kind: string}>('admit', 'a', rules, {})).kind, 'banned');
	t.like(await limited.call('inspect', 'counted', rules, undefined), {quotas: [{remaining: 4}]});

	const next = await StoreProcess.begin(t, {path});
	t.is((await next.call<{kind: string}>('admit', 'new', rules, {})).kind, 'admitted');
	t.is((await next.call<{kind: string}>('admit', 'a', rules, {})).kind, 'banned');
});

test('a file of another program, and an impossible path, are refused at the start', t => {
	const path = newPath();
	const refused = (given: string, message: RegExp) =>
		t.throws(() => new LocalStore({path: given}), {code: 'ERR_GATEKEEPER_FILE', message});

	writeFileSync(path, 'log of another program\n'.repeat(1000));
	refused(path, /is a file of another program/);
	t.is(readFileSync(path, 'utf8').length, 23_000);
	mkdirSync(`${path}.d`);
	refused(`${path}.d`, /is a directory/);
	refused(`${path}.none/gatekeeper.mdb`, /there is no directory/);
	refused(`${path}.${'x'.repeat(251 - basename(path).length)}`, /too long/);
});

test('a backup needs a path that the store does not use, and a directory that is there', async t => {
	const path = newPath();
	const store = new LocalStore({path});
	t.teardown(() => store.close());

	for (const bad of [undefined, 7, '', 'a\0b']) {
		await t.throwsAsync(store.backup(bad as string), {
			instanceOf: TypeError,
			message: /^`path` must be the path of a file, as text, got /,
		});
	}

	await t.throwsAsync(store.backup(`${newPath()}.none/backup.mdb`), {message: /ENOENT/});
	const link = newPath();
	symlinkSync(path, link);
	for (const used of [path, `${path}-lock`, link]) {
		await t.throwsAsync(store.backup(used), {message: /which the store uses$/});
	}

	await t.throwsAsync(store.backup(dirname(path)), {message: /which is not a file$/});
	await store.ban('a', {duration: Infinity});
	t.is((await store.admit('a', [], {})).kind, 'banned', 'it goes on');
});

/** A process that has banned `a` and counted `counted`, on a file with some hundred clients. */
async function used(t: ExecutionContext, path: string): Promise<StoreProcess> {
	const process = await StoreProcess.begin(t, {path});
	await process.call('ban', 'a', {duration: Infinity});
	await process.call('admit', 'counted', rules, {});
	await process.call('admitMany', 0, 500, rules);
	return process;
}

/** The kind of verdict on `a`, once there is one. */
async function kindAtLast(process: StoreProcess): Promise<string> {
	let kind = '';
	await until(async () => {
		const verdict = await process
			.call<{kind: string}>('admit', 'a', rules, {})
			.catch(() => undefined);
		kind = verdict?.kind ?? '';
		return kind !== '';
	});
	return kind;
}

async function reasonAtLast(process: StoreProcess, wanted: string): Promise<string | undefined> {
	let reason: string | undefined;
	await until(async () => {
		const verdict = await process
			.call<{reason?: string}>('admit', 'a', rules, {})
			.catch(() => undefined);
		reason = verdict?.reason;
		return reason === wanted;
	});
	return reason;
}

/** Asks again and again: a store looks at its path once a second, and pauses for two after a failure. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
	while (!(await isSo())) {
		await setTimeout(50);
	}
}

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {openSync, readFileSync, writeSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {until} from '../../support/latch.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';

const HOLDER = fileURLToPath(new URL('../../support/lmdb/holder.js', import.meta.url));

/** The bit of a lock that says that threads wait for it. The others name the thread that holds it. */
const WAITERS = 0x80000000;

/** Where LMDB's lock is in its file while a process holds it and others wait; -1 otherwise. */
function lockAt(path: string, holder: number): number {
	const word = Buffer.alloc(4);
	word.writeUInt32LE(holder + WAITERS);

	return readFileSync(`${path}-lock`).indexOf(word);
}

test('a process goes on whose wake-up for the lock was lost', async t => {
	const path = newPath();
	const waiter = await StoreProcess.begin(t, {path});
	const holder = spawn(process.execPath, [HOLDER, path], {stdio: ['pipe', 'pipe', 'inherit']});
	t.teardown(() => holder.kill('SIGKILL'));
	const {pid = 0} = holder;
	const exited = once(holder, 'exit');
	await once(holder.stdout, 'data');
	const deciding = waiter.call('admit', 'client', [], {});
	await until(() => lockAt(path, pid) >= 0);

	// As when the system wakes a process that is killed before it runs, and another one takes the lock.
	const word = Buffer.alloc(4);
	word.writeUInt32LE(pid);
	writeSync(openSync(`${path}-lock`, 'r+'), word, 0, 4, lockAt(path, pid));
	holder.stdin.write('x');

	t.deepEqual(await exited, [0, null]);
	t.like(await deciding, {kind: 'admitted'});
});

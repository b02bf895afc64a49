import {on, once} from 'node:events';
import type {Worker} from 'node:worker_threads';
import test, {type ExecutionContext} from 'ava';
import {LockWatch} from '../../../../source/stores/local/lmdb/lock-watch.ts';
import {until} from '../../../support/latch.ts';

/** The thread keeps no process alive. */
function stayAlive(t: ExecutionContext): void {
	const alive = setInterval(() => {}, 1000);
	t.teardown(() => clearInterval(alive));
}

test.serial('a warning tells of a thread that failed, and the process goes on', async t => {
	stayAlive(t);
	const warnings = on(process, 'warning');
	new LockWatch('throw new Error("no memory")').hold();
	for await (const [{code, message}] of warnings) {
		if (code === 'GATEKEEPER_LOCK_UNWATCHED') {
			t.regex(message, /no memory/);
			break;
		}
	}
});

/** The listeners of a watch. Files of other tests have one, too. */
function listenersOf(watch: LockWatch): () => number {
	const others = process.listeners('SIGURG');
	watch.hold();
	const own = process.listeners('SIGURG').find(listener => !others.includes(listener));
	return () => process.listeners('SIGURG').filter(listener => listener === own).length;
}

test.serial('the thread ends with the last file, and begins again with the next one', async t => {
	stayAlive(t);
	const threads: Worker[] = [];
	const note = (thread: Worker) => threads.push(thread);
	process.on('worker', note);
	t.teardown(() => process.off('worker', note));
	const watch = new LockWatch();
	const listeners = listenersOf(watch);
	const begun = () => threads.length;
	await until(() => begun() === 1);
	watch.hold();
	watch.release();
	t.is(listeners(), 1);

	// One that is opened at once finds the thread.
	watch.release();
	watch.hold();
	const ended = once(threads[0] as Worker, 'exit');
	watch.release();
	t.is(listeners(), 1);
	await ended;
	t.is(begun(), 1);
	t.is(listeners(), 0);

	watch.hold();
	await until(() => begun() === 2);
	watch.check();
	t.is(listeners(), 1);
	watch.release();
});

test.serial('what the app does to the listeners of the process does not last', t => {
	const watch = new LockWatch();
	const listeners = listenersOf(watch);
	const listener = process.listeners('SIGURG').at(-1);
	process.off('SIGURG', listener as () => void);
	t.is(listeners(), 0);
	watch.check();
	t.is(listeners(), 1);
	watch.release();
});

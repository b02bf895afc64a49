import {on} from 'node:events';
import test, {type ExecutionContext} from 'ava';
import {LockWatch} from '../../../../source/stores/local/lmdb/lock-watch.ts';
import {until} from '../../../support/latch.ts';

/** The thread keeps no process alive. */
function stayAlive(t: ExecutionContext): void {
	const alive = setInterval(() => {}, 1000);
	t.teardown(() => clearInterval(alive));
}

test('a warning tells of a thread that failed, and the process goes on', async t => {
	stayAlive(t);
	const warnings = on(process, 'warning');
	new LockWatch('throw new Error("no memory")').begin();
	for await (const [{code, message}] of warnings) {
		if (code === 'GATEKEEPER_LOCK_UNWATCHED') {
			t.regex(message, /no memory/);
			break;
		}
	}
});

test('a thread that has ended leaves no listener, and begins again with the next file', async t => {
	stayAlive(t);
	const watch = new LockWatch('// It ends at once.');
	watch.begin();
	const listener = process.listeners('SIGURG').at(-1);
	// Files of other tests have one, too.
	const own = () => process.listeners('SIGURG').filter(other => other === listener).length;
	t.is(own(), 1);
	await until(() => own() === 0);

	watch.begin();
	watch.begin();
	t.is(own(), 1);
});

test('what the app does to the listeners of the process does not last', t => {
	const watch = new LockWatch('setInterval(() => {}, 1000)');
	watch.begin();
	const listener = process.listeners('SIGURG').at(-1);
	process.off('SIGURG', listener as () => void);
	watch.begin();
	t.is(process.listeners('SIGURG').at(-1), listener);
});

import {on} from 'node:events';
import test from 'ava';
import {LockWatch} from '../../../../source/stores/local/lmdb/lock-watch.ts';

test('a warning tells of a thread that failed, and the process goes on', async t => {
	// The thread keeps no process alive.
	const alive = setInterval(() => {}, 1000);
	t.teardown(() => clearInterval(alive));
	const warnings = on(process, 'warning');
	new LockWatch('throw new Error("no memory")');
	for await (const [{code, message}] of warnings) {
		if (code === 'GATEKEEPER_LOCK_UNWATCHED') {
			t.regex(message, /no memory/);
			break;
		}
	}
});

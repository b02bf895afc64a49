import test from 'ava';
import {LockHolder} from '../../support/local/lock-holder.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';

test('a process goes on whose wake-up for the lock was lost', async t => {
	const path = newPath();
	const waiter = await StoreProcess.begin(t, {path});
	const holder = await LockHolder.begin(t, path);
	const deciding = waiter.call('admit', 'client', [], {});
	await holder.isWaitedFor();

	// As when the system wakes a process that is killed before it runs, and another one takes the lock.
	holder.forgetWaiters();
	holder.release();

	t.like(await deciding, {kind: 'admitted'});
});

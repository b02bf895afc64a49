import test from 'ava';
import {newPath} from '../../../support/local/opened.ts';
import {StoreProcess} from '../../../support/local/process.ts';
import {namespaceCommand} from '../../../support/own-namespaces.ts';

test('a process in another time namespace has the same time', async t => {
	const command = namespaceCommand(t);
	if (!command) {
		return;
	}

	const path = newPath();
	const first = await StoreProcess.begin(t, {path});
	await first.call('ban', 'banned', {duration: 3_600_000, reason: 'banned'});
	const options = ['--time', '--monotonic', '100000', '--fork', '--kill-child'];
	const other = await StoreProcess.begin(t, {path}, {within: [...command, ...options]});

	t.deepEqual(await other.call('unbanned', ['banned']), []);
});

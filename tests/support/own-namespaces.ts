import {spawnSync} from 'node:child_process';
import type {ExecutionContext} from 'ava';

/** Root may make namespaces, and on most systems other users may in a user namespace of their own. */
const ways = [['unshare'], ['unshare', '--user', '--map-root-user']];

const way = ways.find(([command = '', ...options]) => {
	const {status} = spawnSync(command, [...options, '--mount', '--pid', '--fork', 'true']);
	return status === 0;
});

/** The command that runs another one in namespaces of its own; undefined where this user may make none: then the test passes. */
export function namespaceCommand(t: ExecutionContext): readonly string[] | undefined {
	if (way === undefined) {
		t.log('this user may make no namespaces');
		t.pass();
	}

	return way;
}

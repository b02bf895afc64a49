/*
 * The tests need a redis-server or a valkey-server besides npm's packages. This script installs one with the
 * system's package manager if it is allowed to, and prints the command otherwise.
 */
import {spawnSync} from 'node:child_process';
import {serverProgram} from './redis/server.ts';

/** Package managers, and the command that installs the server with each. */
const installers = {
	'apt-get': 'apt-get update -qq && apt-get install -y -qq redis-server',
	dnf: 'dnf install -y -q valkey || dnf install -y -q redis',
	apk: 'apk add --no-cache --quiet valkey || apk add --no-cache --quiet redis',
	pacman: 'pacman -Sy --noconfirm --quiet valkey',
	brew: 'brew install --quiet redis',
};

function isThere(program: string): boolean {
	return spawnSync(program, ['--version']).status === 0;
}

/** Whether this user may install packages: brew needs no root, all others do. */
function mayInstall(manager: string): boolean {
	return manager === 'brew' || process.getuid?.() === 0;
}

if (serverProgram() === undefined) {
	const [manager, command] = Object.entries(installers).find(([name]) => isThere(name)) ?? [];
	if (manager !== undefined && command !== undefined && mayInstall(manager)) {
		console.log(`Installing a server for the tests: ${command}`);
		spawnSync('sh', ['-c', command], {
			stdio: ['ignore', 'ignore', 'inherit'],
			env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
		});
	}

	if (serverProgram() === undefined) {
		console.error(
			`The tests need a redis-server or a valkey-server. Install one: ${command ?? 'see https://valkey.io/topics/installation/'}`,
		);
		process.exit(1);
	}
}

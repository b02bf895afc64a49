/*
 * The tests need a redis-server or a valkey-server, and Chromium, besides npm's packages. This script installs them
 * with the system's package manager if it is allowed to, and prints the command otherwise.
 */
import {spawnSync} from 'node:child_process';
import {chromiumProgram} from './dashboard/chromium.ts';
import {serverProgram} from './redis/server.ts';

/** What the tests need, and the command that installs it with each package manager. */
interface Need {
	readonly name: string;
	isThere(): boolean;
	readonly installers: Readonly<Record<string, string>>;
	readonly more: string;
}

const needs: readonly Need[] = [
	{
		name: 'a redis-server or a valkey-server',
		isThere: () => serverProgram() !== undefined,
		installers: {
			'apt-get': 'apt-get update -qq && apt-get install -y -qq redis-server',
			dnf: 'dnf install -y -q valkey || dnf install -y -q redis',
			apk: 'apk add --no-cache --quiet valkey || apk add --no-cache --quiet redis',
			pacman: 'pacman -Sy --noconfirm --quiet valkey',
			brew: 'brew install --quiet redis',
		},
		more: 'see https://valkey.io/topics/installation/',
	},
	{
		name: 'Chromium',
		isThere: () => chromiumProgram() !== undefined,
		installers: {
			'apt-get': 'apt-get update -qq && apt-get install -y -qq chromium',
			dnf: 'dnf install -y -q chromium',
			apk: 'apk add --no-cache --quiet chromium',
			pacman: 'pacman -Sy --noconfirm --quiet chromium',
			brew: 'brew install --quiet --cask chromium',
		},
		more: 'or name the program of a Chrome in CHROMIUM',
	},
];

function isProgram(name: string): boolean {
	return spawnSync(name, ['--version']).status === 0;
}

/** Whether this user may install packages: brew needs no root, all others do. */
function mayInstall(manager: string): boolean {
	return manager === 'brew' || process.getuid?.() === 0;
}

function provide({name, isThere, installers, more}: Need): void {
	if (isThere()) {
		return;
	}

	const [manager, command] = Object.entries(installers).find(([one]) => isProgram(one)) ?? [];
	if (manager !== undefined && command !== undefined && mayInstall(manager)) {
		console.log(`Installing ${name} for the tests: ${command}`);
		spawnSync('sh', ['-c', command], {
			stdio: ['ignore', 'ignore', 'inherit'],
			env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
		});
	}

	if (!isThere()) {
		console.error(`The tests need ${name}. Install it: ${command ?? more}`);
		process.exitCode = 1;
	}
}

for (const need of needs) {
	provide(need);
}

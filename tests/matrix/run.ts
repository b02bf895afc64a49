/*
 * Installs the packed package into empty projects, and runs the README's example there; then runs the test
 * suite on other versions of Node.js, and the tests of the Redis store on each server: those on PATH, or those
 * that `REDIS_SERVER` lists, separated like PATH. Run it with `npm run test:matrix`, or with words of the titles
 * to choose: `npm run test:matrix -- servers`.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {isServer, serverNames} from '../support/redis/server.ts';
import type {Project} from './project.ts';
import {projects} from './projects.ts';

const versionsOfNode = ['22', '24', 'latest'];

const {REDIS_SERVER: listed} = process.env;
const servers = listed ? listed.split(delimiter) : serverNames.filter(isServer);

const chosen = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'koa-gatekeeper-matrix-'));
const failed: string[] = [];

/** @returns the output of a command that failed */
function run(command: string, cwd: string, server?: string): string | undefined {
	const {REDIS_SERVER: _, ...others} = process.env;
	const env = server === undefined ? others : {...others, REDIS_SERVER: server};
	const {status, stdout, stderr} = spawnSync(command, {cwd, env, shell: true, encoding: 'utf8'});
	return status === 0 ? undefined : `$ ${command}\n${stdout}${stderr}`;
}

function attempt(title: string, steps: () => string | undefined): void {
	if (chosen.length > 0 && !chosen.some(word => title.toLowerCase().includes(word.toLowerCase()))) {
		return;
	}

	const output = steps();
	console.log(`${output === undefined ? '✔' : '✘'} ${title}`);
	if (output !== undefined) {
		failed.push(title);
		console.log(output);
	}
}

function inProject({packages, files, commands}: Project, tarball: string): string | undefined {
	const project = mkdtempSync(join(folder, 'project-'));
	writeFileSync(join(project, 'package.json'), '{"name": "empty", "private": true}');
	for (const [name, text] of Object.entries(files)) {
		writeFileSync(join(project, name), text);
	}

	const install = `npm install --no-audit --no-fund ${packages.join(' ')} ${tarball}`;
	for (const command of [install, ...commands]) {
		const output = run(command, project);
		if (output !== undefined) {
			return output;
		}
	}

	return undefined;
}

/** As the server says it: `Redis server v=7.0.15 …`. */
function versionOf(server: string): string {
	const {stdout} = spawnSync(server, ['--version'], {encoding: 'utf8'});

	return `${stdout?.split(' sha=')[0] ?? 'unknown'} (${server})`;
}

try {
	mkdirSync(join(folder, 'packed'));
	const packing = run(`npm pack --silent --pack-destination ${join(folder, 'packed')}`, '.');
	if (packing !== undefined) {
		throw new Error(packing);
	}

	const tarball = join(folder, 'packed', '*.tgz');
	for (const [title, project] of Object.entries(projects)) {
		attempt(title, () => inProject(project, tarball));
	}

	for (const version of versionsOfNode) {
		attempt(`the suite on Node.js ${version}`, () => {
			const node = `node-${process.platform}-${process.arch}@${version}`;
			const install = run(`npm install --no-audit --no-fund --prefix ${folder} ${node}`, folder);
			const program = join(
				folder,
				'node_modules',
				`node-${process.platform}-${process.arch}`,
				'bin/node',
			);
			return install ?? run(`${program} node_modules/ava/entrypoints/cli.mjs`, '.');
		});
	}

	for (const server of servers) {
		attempt(`the servers: ${versionOf(server)}`, () =>
			run("npx ava 'build/groups/stores-redis*.test.js'", '.', server),
		);
	}
} finally {
	rmSync(folder, {recursive: true, force: true});
}

if (failed.length > 0) {
	console.error(`Failed: ${failed.join('; ')}`);
	process.exit(1);
}

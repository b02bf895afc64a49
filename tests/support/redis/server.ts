import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';

/** A server that a test started, on a port of the loopback address. */
export interface RedisServer {
	readonly port: number;
	/** Ends it at once, so that it loses all its data. */
	kill(): Promise<void>;
	/** Starts it again on the same port, without data. */
	restart(): Promise<void>;
	/** Makes it hang. */
	pause(): void;
	/** Ends a `pause()`. */
	resume(): void;
	stop(): Promise<void>;
}

/** The servers that the tests know, by the names of their programs. */
export const serverNames = ['redis-server', 'valkey-server'] as const;

let program: string | undefined;

/**
 * The server that the tests start: the one that `REDIS_SERVER` names, or one that is installed on this machine.
 * `npm run set-up` makes sure that there is one.
 */
export function serverProgram(): string | undefined {
	const {REDIS_SERVER: chosen} = process.env;
	program ??= chosen ? named(chosen) : serverNames.find(isServer);

	return program;
}

/** @throws {Error} for a program that does not run: another server must not be tested in its place */
function named(chosen: string): string {
	if (!isServer(chosen)) {
		throw new Error(`REDIS_SERVER is not a server that runs: ${chosen}`);
	}

	return chosen;
}

export function isServer(name: string): boolean {
	return spawnSync(name, ['--version']).status === 0;
}

/** @param options as on the command line of the server: `['--maxmemory', '5mb']` */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
	return startServer((port, folder) => [
		...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
		...['--save', '', '--appendonly', 'no', '--loglevel', 'warning'],
		...options,
	]);
}

/** A sentinel that watches a master under the name `main`, and promotes a replica if it is down. */
export async function startSentinel(master: RedisServer): Promise<RedisServer> {
	return startServer(async (port, folder) => {
		const settings = join(folder, 'sentinel.conf');
		await writeFile(
			settings,
			[
				`port ${port}`,
				'bind 127.0.0.1',
				`dir ${folder}`,
				`sentinel monitor main 127.0.0.1 ${master.port} 1`,
				'sentinel down-after-milliseconds main 300',
				'sentinel failover-timeout main 2000',
				'',
			].join('\n'),
		);

		return [settings, '--sentinel'];
	});
}

type ArgumentsOf = (port: number, folder: string) => readonly string[] | Promise<readonly string[]>;

/** The servers of this process, each by the folder of its files. */
const running = new Map<string, ChildProcess>();

process.once('exit', () => {
	for (const [folder, child] of running) {
		child.kill('SIGKILL');
		rmSync(folder, {recursive: true, force: true});
	}
});

async function startServer(argumentsOf: ArgumentsOf): Promise<RedisServer> {
	const command = serverProgram();
	if (command === undefined) {
		throw new Error('There is no redis-server and no valkey-server: run npm run set-up');
	}

	const folder = await mkdtemp(join(tmpdir(), 'koa-gatekeeper-'));
	const startOn = async (port: number) => {
		const child = spawn(command, await argumentsOf(port, folder), {stdio: 'ignore'});
		running.set(folder, child);
		await untilReplies(port, child);
	};
	const kill = async () => {
		const child = running.get(folder);
		const end = child && isRunning(child) ? once(child, 'exit') : undefined;
		child?.kill('SIGKILL');
		await end;
	};

	const port = await withAnyPort(startOn);
	return {
		port,
		kill,
		restart: async () => {
			await kill();
			await startOn(port);
		},
		pause: () => {
			running.get(folder)?.kill('SIGSTOP');
		},
		resume: () => {
			running.get(folder)?.kill('SIGCONT');
		},
		stop: async () => {
			await kill();
			running.delete(folder);
			await rm(folder, {recursive: true, force: true});
		},
	};
}

/**
 * Starts a server on a port that is free. Connections get their own ports from a higher range, so that none
 * takes the port of a server that is down. A cluster's server needs the port that is 10,000 higher, too.
 */
async function withAnyPort(startOn: (port: number) => Promise<void>): Promise<number> {
	for (let tries = 1; ; tries += 1) {
		const port = randomInt(10_000, 22_000);
		try {
			await startOn(port);
			return port;
		} catch (error) {
			if (tries === 5) {
				throw error;
			}
		}
	}
}

async function untilReplies(port: number, child: ChildProcess): Promise<void> {
	while (isRunning(child)) {
		if (await replies(port, child)) {
			return;
		}

		await setTimeout(10);
	}

	throw new Error(`The server ended with ${child.exitCode}`);
}

function isRunning(child: ChildProcess): boolean {
	return child.exitCode === null && child.signalCode === null;
}

/** Whether it is this server that listens on the port. */
function replies(port: number, {pid}: ChildProcess): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, '127.0.0.1', () => socket.write('INFO server\r\n'));
		socket.once('data', data => {
			resolve(data.toString().includes(`process_id:${pid}\r`));
			socket.destroy();
		});
		socket.once('error', () => resolve(false));
	});
}

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {type AddressInfo, connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';

/** A server that tests have started, on a loopback port. */
export interface RedisServer {
	readonly port: number;
	/** Ends it at once, with all that it knows. */
	kill(): Promise<void>;
	/** Begins it again on the same port, knowing nothing. */
	restart(): Promise<void>;
	/** Stands still, as a server that has hung does, or goes on. */
	pause(): void;
	resume(): void;
	stop(): Promise<void>;
}

/** The server that this machine has; the set-up of the tests sees to it that there is one. */
export function serverProgram(): string | undefined {
	return ['redis-server', 'valkey-server'].find(
		program => spawnSync(program, ['--version']).status === 0,
	);
}

/** @param options as on the server's command line: `['--maxmemory', '5mb']` */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
	const lasting = ['--save', '', '--appendonly', 'no', '--loglevel', 'warning'];

	return startServer((port, folder) => [
		...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
		...lasting,
		...options,
	]);
}

/** A sentinel that watches a master, which it calls `main`, and puts a replica in its place. */
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

async function startServer(argumentsOf: ArgumentsOf): Promise<RedisServer> {
	const program = serverProgram();
	if (program === undefined) {
		throw new Error('There is no redis-server and no valkey-server: run npm run set-up');
	}

	const folder = await mkdtemp(join(tmpdir(), 'koa-gatekeeper-'));
	const port = await freePort();
	const start = async () => {
		const child = spawn(program, await argumentsOf(port, folder), {stdio: 'ignore'});
		await untilItAnswers(port, child);
		return child;
	};

	let child = await start();
	const kill = async () => {
		const isOver =
			child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
		child.kill('SIGKILL');
		await isOver;
	};
	const end = () => {
		child.kill('SIGKILL');
		rmSync(folder, {recursive: true, force: true});
	};
	process.once('exit', end);

	return {
		port,
		kill,
		restart: async () => {
			await kill();
			child = await start();
		},
		pause: () => {
			child.kill('SIGSTOP');
		},
		resume: () => {
			child.kill('SIGCONT');
		},
		stop: async () => {
			process.off('exit', end);
			await kill();
			await rm(folder, {recursive: true, force: true});
		},
	};
}

/** Beyond it, a cluster's server has no port for its bus, which is 10,000 above. */
const HIGHEST_PORT = 55_535;

async function freePort(): Promise<number> {
	for (;;) {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as AddressInfo;
		server.close();
		await once(server, 'close');
		if (port <= HIGHEST_PORT) {
			return port;
		}
	}
}

async function untilItAnswers(port: number, child: ChildProcess): Promise<void> {
	while (child.exitCode === null) {
		if (await answers(port)) {
			return;
		}

		await setTimeout(10);
	}

	throw new Error(`The server ended with ${child.exitCode}`);
}

/** Whether a server says PONG, and is not loading still. */
function answers(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
		socket.once('data', data => {
			resolve(data.toString().startsWith('+PONG'));
			socket.destroy();
		});
		socket.once('error', () => resolve(false));
	});
}

import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readlinkSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import type {StoreOptionsOfProcess} from './process-main.ts';

interface Reply {
	readonly id: number;
	readonly result?: unknown;
	readonly error?: string;
	readonly confirmed?: string;
}

interface Surroundings {
	/** The largest file that the process may write. */
	readonly maxFileKilobytes?: number;
	/** The command that starts the process, with its arguments. */
	readonly within?: readonly string[];
}

/** A process of its own with a LocalStore, whose methods are called from here. */
export class StoreProcess {
	readonly #child: ChildProcess;
	/** The clients whose bans the process has confirmed, under `write`. */
	readonly confirmed: string[] = [];
	#onConfirmed = () => {};
	/** Resolves with the first of them. */
	readonly firstConfirmed = new Promise<void>(resolve => {
		this.#onConfirmed = resolve;
	});
	readonly #waiting = new Map<
		number,
		{readonly resolve: (result: never) => void; readonly reject: (error: Error) => void}
	>();
	/** Rejects when the process ends on its own. */
	readonly #ended: Promise<never>;
	#isKilled = false;
	#last = 0;

	private constructor(child: ChildProcess) {
		this.#child = child;
		this.#ended = new Promise((_, reject) => {
			child.once('exit', (code, signal) => {
				if (!this.#isKilled) {
					reject(new Error(`The process has ended with ${code ?? signal}`));
				}
			});
		});
		this.#ended.catch(() => {});
		child.on('message', (reply: Reply) => {
			if (reply.confirmed !== undefined) {
				this.confirmed.push(reply.confirmed);
				this.#onConfirmed();
				return;
			}

			const waiting = this.#waiting.get(reply.id);
			this.#waiting.delete(reply.id);
			if (reply.error === undefined) {
				waiting?.resolve(reply.result as never);
			} else {
				waiting?.reject(new Error(reply.error));
			}
		});
	}

	/** Begins a process and waits until its store is open. */
	static async begin(
		t: ExecutionContext,
		options: StoreOptionsOfProcess,
		{maxFileKilobytes, within = []}: Surroundings = {},
	): Promise<StoreProcess> {
		const main = fileURLToPath(new URL('process-main.js', import.meta.url));
		const program = [...within, process.execPath, main, JSON.stringify(options)];
		const limited = `ulimit -f ${maxFileKilobytes}; exec "$0" "$@"`;
		const [command = '', ...args] =
			maxFileKilobytes === undefined ? program : ['bash', '-c', limited, ...program];
		// Advanced serialization keeps Infinity and undefined.
		const child = spawn(command, args, {
			stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
			serialization: 'advanced',
		});
		t.teardown(() => child.kill('SIGKILL'));
		const started = new StoreProcess(child);
		await Promise.race([once(child, 'message'), started.#ended]);
		return started;
	}

	/** Calls a method of the store, or of what `process-main.ts` adds to it. */
	call<Result = unknown>(method: string, ...given: unknown[]): Promise<Result> {
		this.#last += 1;
		const id = this.#last;
		const replied = new Promise<Result>((resolve, reject) => {
			this.#waiting.set(id, {resolve, reject});
			this.#child.send({id, method, given});
		});
		return Promise.race([replied, this.#ended]);
	}

	/** The command that starts a process in the PID namespace that `unshare` has made for this one. */
	get itsPidNamespace(): readonly string[] {
		const namespaces = `/proc/${this.#child.pid}/ns`;
		const isOfOwnUsers = readlinkSync(`${namespaces}/user`) !== readlinkSync('/proc/self/ns/user');
		const user = isOfOwnUsers ? [`--user=${namespaces}/user`, '--preserve-credentials'] : [];
		return ['nsenter', ...user, `--pid=${namespaces}/pid_for_children`];
	}

	async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
		this.#isKilled = true;
		// Then what it has sent has arrived.
		const exited = once(this.#child, 'close');
		this.#child.kill(signal);
		await exited;
	}
}

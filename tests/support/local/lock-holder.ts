import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {once} from 'node:events';
import {openSync, readFileSync, writeSync} from 'node:fs';
import type {Readable, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {until} from '../latch.ts';

const PROGRAM = fileURLToPath(new URL('../lmdb/holder.js', import.meta.url));

/** The bit of a lock that says that threads wait for it. The others name the thread that holds it. */
const WAITERS = 0x80000000;

/** A process that is in a transaction, so that others wait for LMDB's lock. */
export class LockHolder {
	readonly #path: string;
	readonly #child: ChildProcessByStdio<Writable, Readable, null>;

	private constructor(path: string) {
		this.#path = path;
		this.#child = spawn(process.execPath, [PROGRAM, path], {stdio: ['pipe', 'pipe', 'inherit']});
	}

	static async begin(t: ExecutionContext, path: string): Promise<LockHolder> {
		const holder = new LockHolder(path);
		t.teardown(() => holder.#child.kill('SIGKILL'));
		await once(holder.#child.stdout, 'data');
		return holder;
	}

	/** Resolves when others wait for the lock. */
	async isWaitedFor(): Promise<void> {
		await until(() => this.#lockAt() >= 0);
	}

	/** Has nobody woken when the lock is released. */
	forgetWaiters(): void {
		writeSync(openSync(`${this.#path}-lock`, 'r+'), this.#word(0), 0, 4, this.#lockAt());
	}

	/** Ends the transaction, without a change. */
	release(): void {
		this.#child.stdin.write('x');
	}

	/** Where LMDB's lock is in its file while others wait for it; -1 otherwise. */
	#lockAt(): number {
		return readFileSync(`${this.#path}-lock`).indexOf(this.#word(WAITERS));
	}

	#word(bits: number): Buffer {
		const word = Buffer.alloc(4);
		word.writeUInt32LE((this.#child.pid ?? 0) + bits);
		return word;
	}
}

import {FileError} from '../lmdb/file-error.ts';
import type {Records} from '../tables/records.ts';
import {fileKeys} from './file-keys.ts';
import {pidNamespaceName, uptime} from './machine.ts';

/** Milliseconds between two notes of a namespace in the file, and after which a note is no sign of life. */
const NOTED_EVERY = 10_000;
const HELD_FOR = 30_000;

/** What the file keeps of the namespace that uses it. */
interface Holder {
	readonly name: string;
	/** Milliseconds since it was noted; below 0 if the machine has restarted since. */
	readonly age: number;
}

/** Where a process is, and the time there. */
export interface NamespaceSources {
	/** Tells one PID namespace from another; empty where the system does not say. */
	readonly name: string;
	/** Milliseconds since the machine started, the same in all namespaces. */
	readonly uptime: () => number;
}

/** Processes of another PID namespace use the file. */
export class DisplacedError extends FileError {
	/** Milliseconds after which this process may use it, unless one of the others is still there. 0 or more. */
	readonly pause: number;

	constructor(path: string, pause: number) {
		super(
			path,
			'a process in another PID namespace, such as that of another container, uses it. Let the containers ' +
				'share one (`pid:` in a compose file, `shareProcessNamespace` in Kubernetes), or give each a file of ' +
				'its own',
		);
		this.pause = pause;
	}
}

/**
 * Keeps processes of different PID namespaces from using a file together.
 *
 * LMDB's lock names the thread that holds it by its number. When a process that waits for the lock is killed, the system
 * compares this number with that of the dying thread in its own namespace. In another one, the holder may have the same
 * number. Then the system hands on a lock that is held, and two transactions run at once.
 *
 * The namespace that begins to use a file last has it, so that a new container can take the place of an old one.
 */
export class PidNamespace {
	readonly #path: string;
	readonly #sources: NamespaceSources;
	#hasBegun = false;

	constructor(path: string, sources: NamespaceSources = systemSources()) {
		this.#path = path;
		this.#sources = sources;
	}

	/**
	 * The file was opened: call this in its first transaction.
	 *
	 * @throws {DisplacedError} if this process has used the file before, and another namespace has it now
	 * @throws {UnfinishedError} if this namespace is new to the file, and the disk is full
	 */
	begin(records: Records): void {
		const holder = this.#holder(records);
		if (this.#isOther(holder)) {
			if (this.#hasBegun && isWithin(HELD_FOR, holder)) {
				throw this.#displacedBy(holder);
			}

			this.#write(records);
		} else {
			this.#note(records, holder);
		}

		this.#hasBegun = true;
	}

	/**
	 * Call this in a transaction, several times a second.
	 *
	 * @throws {DisplacedError} if another namespace has the file now
	 */
	check(records: Records): void {
		const holder = this.#holder(records);
		if (this.#isOther(holder)) {
			throw this.#displacedBy(holder);
		}

		this.#note(records, holder);
	}

	#isOther(holder: Holder | undefined): holder is Holder {
		const {name} = this.#sources;

		return holder !== undefined && name !== '' && holder.name !== name;
	}

	#holder(records: Records): Holder | undefined {
		const bytes = records.get(fileKeys.pidNamespace);

		return bytes && bytes.length > 8
			? {
					name: bytes.toString('utf8', 8),
					age: this.#sources.uptime() - bytes.readDoubleLE(0),
				}
			: undefined;
	}

	#displacedBy(other: Holder): DisplacedError {
		const pause = isWithin(HELD_FOR, other) ? HELD_FOR - other.age : 0;
		return new DisplacedError(this.#path, pause);
	}

	/** Notes this namespace, unless a process did during the last ten seconds. */
	#note(records: Records, holder: Holder | undefined): void {
		const isNoted = holder !== undefined && isWithin(NOTED_EVERY, holder);
		// On a full disk, the earlier note is enough.
		if (this.#sources.name !== '' && !isNoted && records.hasRoom) {
			this.#write(records);
		}
	}

	/** @throws {UnfinishedError} if the disk is full */
	#write(records: Records): void {
		const noted = Buffer.alloc(8);
		noted.writeDoubleLE(this.#sources.uptime());
		records.put(fileKeys.pidNamespace, Buffer.concat([noted, Buffer.from(this.#sources.name)]));
	}
}

function isWithin(ms: number, {age}: Holder): boolean {
	return age >= 0 && age < ms;
}

function systemSources(): NamespaceSources {
	return {name: pidNamespaceName(), uptime};
}

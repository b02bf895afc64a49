import test, {type ExecutionContext} from 'ava';
import {fileKeys} from '../../../../source/stores/local/file/file-keys.ts';
import {OpenFile} from '../../../../source/stores/local/file/open-file.ts';
import {PidNamespace} from '../../../../source/stores/local/file/pid-namespace.ts';
import {ReopeningFile} from '../../../../source/stores/local/file/reopening-file.ts';
import {Records} from '../../../../source/stores/local/tables/records.ts';
import {newPath} from '../../../support/local/opened.ts';

const second = 1000;
const minute = 60 * second;
const displaced = /another PID namespace, such as that of another container, uses it\. Let the/;

/** A file that processes in several PID namespaces of a machine use. */
class SharedFile {
	readonly #path = newPath();
	uptime = minute;

	/** A process that opens the file. */
	start(name: string): Process {
		const source = {name, uptime: () => this.uptime};
		return new Process(this.#path, new PidNamespace(this.#path, source));
	}

	/** What the file keeps of namespaces. */
	get record(): Buffer | undefined {
		return this.#change(({records}) => records.get(fileKeys.pidNamespace));
	}

	/** Makes it a file of a version that kept nothing of them, or a damaged one. */
	replaceRecord(record?: Buffer): void {
		this.#change(({records}) =>
			record ? records.put(fileKeys.pidNamespace, record) : records.remove(fileKeys.pidNamespace),
		);
	}

	#change<Result>(step: (file: ReopeningFile) => Result): Result {
		const file = new ReopeningFile(this.#path, () => {});
		return file.transact(() => step(file));
	}
}

class Process {
	readonly #path: string;
	readonly #namespace: PidNamespace;
	#file: ReopeningFile;

	constructor(path: string, namespace: PidNamespace) {
		this.#path = path;
		this.#namespace = namespace;
		this.#file = this.#open();
	}

	/** Does what a sweep does. */
	check(): void {
		this.#file.transact(() => this.#namespace.check(this.#file.records));
	}

	ask(): string {
		return this.#file.transact(() => 'reply');
	}

	/** Asks when so many milliseconds have passed for the pause after a failure. */
	askAfter(pause: number): string {
		const {now} = performance;
		performance.now = () => now.call(performance) + pause;
		try {
			return this.ask();
		} finally {
			performance.now = now;
		}
	}

	/** Lets go of the file. It is opened again with the next question. */
	close(): Promise<void> {
		return this.#file.close();
	}

	/** Opens the file again, as after the pause that follows a failure. */
	reopen(): void {
		this.#file = this.#open();
	}

	#open(): ReopeningFile {
		return new ReopeningFile(this.#path, records => this.#namespace.begin(records));
	}
}

function isDisplaced(t: ExecutionContext, process: Process): void {
	t.throws(() => process.check(), {code: 'ERR_GATEKEEPER_NOT_SENT', message: displaced});
	t.throws(() => process.ask(), {code: 'ERR_GATEKEEPER_NOT_SENT', message: displaced});
	t.throws(() => process.reopen(), {code: 'ERR_GATEKEEPER_FILE', message: displaced});
}

test('processes in one PID namespace share a file', t => {
	const file = new SharedFile();
	const one = file.start('a');
	const other = file.start('a');
	one.check();
	other.check();
	one.reopen();
	file.uptime += minute;
	one.reopen();
	other.check();

	t.is(one.ask(), 'reply');
	t.is(other.ask(), 'reply');
});

test('a process in another PID namespace displaces those that have the file, which say what to do', t => {
	const file = new SharedFile();
	const [older, newer] = [file.start('a'), file.start('b')];
	const third = file.start('b');
	newer.check();
	third.check();

	isDisplaced(t, older);
	t.throws(() => older.ask(), {
		message:
			/^LocalStore cannot use .*\.mdb: a process in another PID namespace, such as that of another container, uses it\. Let the containers share one \(`pid:` in a compose file, `shareProcessNamespace` in Kubernetes\), or give each a file of its own: nothing was changed$/,
	});
	newer.check();
	t.is(newer.ask(), 'reply');
	t.is(third.ask(), 'reply');
});

test('a displaced process does not take the file back while another PID namespace has it', t => {
	const file = new SharedFile();
	const older = file.start('a');
	const newer = file.start('b');
	isDisplaced(t, older);
	for (let time = 0; time < 12; time += 1) {
		file.uptime += 10 * second;
		newer.check();
		t.throws(() => older.reopen(), {message: displaced});
	}

	const newest = file.start('c');
	isDisplaced(t, newer);
	t.throws(() => older.reopen(), {message: displaced}, 'it is not one that has displaced it');
	newest.check();
	t.is(newest.ask(), 'reply');
});

test('a process that has let go of the file does not take it back either', async t => {
	const file = new SharedFile();
	const older = file.start('a');
	await older.close();
	const newer = file.start('b');

	t.throws(() => older.ask(), {code: 'ERR_GATEKEEPER_NOT_SENT', message: displaced});
	t.throws(() => older.ask(), {message: displaced}, 'nor in the pause');
	newer.check();
	t.is(newer.ask(), 'reply');
});

test('30 seconds after the newer process was last there, a displaced one takes the file back', t => {
	const file = new SharedFile();
	const older = file.start('a');
	const newer = file.start('b');
	isDisplaced(t, older);
	file.uptime += 30 * second - 1;
	t.throws(() => older.reopen(), {message: displaced});
	file.uptime += 1;
	older.reopen();
	older.check();

	t.is(older.ask(), 'reply');
	isDisplaced(t, newer);
});

test('a displaced process opens the file again when the newer one may be gone, and not every two seconds', t => {
	const file = new SharedFile();
	const older = file.start('a');
	file.start('b');
	file.uptime += 5 * second;
	t.throws(() => older.check(), {message: displaced});
	file.uptime += minute;

	t.throws(() => older.askAfter(20 * second), {message: displaced}, 'it has not looked');
	t.is(older.askAfter(25 * second), 'reply');
});

test('a container that is restarted has the file at once', t => {
	const file = new SharedFile();
	file.start('a').check();
	for (const name of ['b', 'c', 'a']) {
		const restarted = file.start(name);
		restarted.check();
		t.is(restarted.ask(), 'reply');
	}
});

test('what was noted before a restart of the machine holds nobody up', t => {
	const file = new SharedFile();
	const older = file.start('a');
	file.start('b');
	file.uptime = second;
	t.throws(() => older.check(), {message: displaced});

	t.is(older.askAfter(2 * second), 'reply');
	older.check();
	t.is(older.ask(), 'reply');
});

test('a PID namespace that stays is noted every ten seconds, and after a restart of the machine', t => {
	const file = new SharedFile();
	const process = file.start('a');
	const isNoted = () => {
		const before = file.record as Buffer;
		process.check();
		return !before.equals(file.record as Buffer);
	};

	t.false(isNoted());
	file.uptime += 10 * second - 1;
	t.false(isNoted());
	file.uptime += 1;
	t.true(isNoted());
	file.uptime = second;
	t.true(isNoted());
});

for (const [what, record] of [
	['without a record', undefined],
	['with a record that says nothing', Buffer.from('?')],
] as const) {
	test(`a file ${what} is used, and gets one`, t => {
		const file = new SharedFile();
		const older = file.start('a');
		file.replaceRecord(record);
		older.check();
		t.is(older.ask(), 'reply');
		t.is(file.record?.length, 9);

		file.replaceRecord(record);
		older.reopen();
		t.is(file.record?.length, 9);
		file.start('b');
		isDisplaced(t, older);
	});
}

test('on a full disk, processes of the PID namespace that has the file go on, and one of another does not begin', t => {
	const path = newPath();
	let uptime = minute;
	const processIn = (name: string) => new PidNamespace(path, {name, uptime: () => uptime});
	const file = new OpenFile(path);
	const full = new Records(() => ({
		database: file.database,
		hasRoom: false,
		reserve: () => false,
		damaged: what => file.damaged(what),
	}));
	file.transact(() => processIn('a').begin(new Records(() => file)));
	uptime += minute;

	t.notThrows(() => file.transact(() => processIn('a').begin(full)));
	t.notThrows(() => file.transact(() => processIn('a').check(full)));
	t.throws(() => file.transact(() => processIn('b').begin(full)), {message: /disk is full/});
});

test('where the system has no PID namespaces, nothing is kept, and nobody is displaced', t => {
	const file = new SharedFile();
	const one = file.start('');
	one.check();
	t.is(file.record, undefined);

	file.start('b');
	one.check();
	one.reopen();
	t.is(one.ask(), 'reply');
});

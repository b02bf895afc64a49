/*
 * How long LocalStore holds the event loop at a time under full load: in one process, and in two on one file, each with 50
 * decisions in flight over 20,000 clients. Run it with `npm run bench:local-processes`.
 *
 * What is measured are whole turns of the event loop, from one `setImmediate` to the next: so what the store does in its
 * timers and in promises counts too. Beside each, as many processes without a store compute in each turn for as long as
 * half of the store's turns take at least: these show what the machine itself takes away. Where Linux tells how long a
 * process waited for a core, further rows leave that time out, or collections of garbage: these wait for threads that may
 * themselves wait for a core, so that the two overlap. What is left beyond the CPU time is waiting for the other process's
 * transaction.
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {LocalStore} from '../dist/local.js';
import {addresses, anyOf, rules} from './local/clients.ts';
import {temporaryFolder} from './local/folder.ts';
import {after, decideBy, decideUntil} from './local/load.ts';
import {compute, measureTurns, type Turn} from './local/turns.ts';
import {median} from './timing.ts';

const CLIENTS = 20_000;
const IN_FLIGHT = 50;
const ROUNDS = 5;
/** Milliseconds. */
const TURN_OF_EACH = 3000;
const WARM_UP = 1000;
const LONG = 10;

/** What a process is asked to do for some time: to decide, or to compute for so long in each turn. */
interface Task {
	readonly ms: number;
	/** Milliseconds; undefined to decide. */
	readonly computing?: number | undefined;
}

interface Done {
	readonly turns: readonly Turn[];
	readonly decisions: number;
}

/** The program of each process. */
function serve(path: string): void {
	const decide = decideBy(new LocalStore({path}), rules);
	const any = anyOf(addresses(CLIENTS));
	process.on('message', async ({ms, computing}: Task) => {
		const isOver = after(ms);
		const measuring = measureTurns(isOver);
		let decisions = 0;
		if (computing === undefined) {
			decisions = await decideUntil(isOver, IN_FLIGHT, decide, any);
		} else {
			compute(computing, isOver);
		}

		process.send?.({turns: await measuring, decisions} satisfies Done);
	});
	process.send?.('ready');
}

async function ask(child: ChildProcess, task: Task): Promise<Done> {
	child.send(task);
	const [done] = await once(child, 'message');
	return done;
}

async function inAll(children: readonly ChildProcess[], task: Task): Promise<Done> {
	const done = await Promise.all(children.map(child => ask(child, task)));

	return {
		turns: done.flatMap(({turns}) => turns),
		decisions: done.reduce((sum, {decisions}) => sum + decisions, 0),
	};
}

const took = ({took: ms}: Turn) => ms;
const cpu = ({cpu: ms}: Turn) => ms;
const itself = ({took: ms, displaced}: Turn) => ms - displaced;
const uncollected = ({took: ms, displaced, collecting}: Turn) =>
	ms - Math.max(displaced, collecting);

/** The cells of a row: milliseconds that parts of the turns stay below, the longest, and how many are long. */
function cells(turns: readonly Turn[], of: (turn: Turn) => number): string {
	const sorted = turns.map(of).sort((one, other) => one - other);
	const parts = [0.5, 0.99, 0.999].map(part => sorted[Math.floor(part * sorted.length)] ?? 0);
	const longest = sorted.at(-1) ?? 0;
	const long = sorted.filter(ms => ms > LONG).length;

	return [
		...[...parts, longest].map(ms => ms.toFixed(2).padStart(8)),
		String(long).padStart(6),
	].join(' ');
}

async function compare(): Promise<void> {
	const path = join(temporaryFolder(), 'gatekeeper.mdb');
	const children = await Promise.all(
		[1, 2].map(async () => {
			const child = fork(fileURLToPath(import.meta.url), [path], {serialization: 'advanced'});
			await once(child, 'message');
			return child;
		}),
	);
	await inAll(children, {ms: WARM_UP});
	console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`);
	console.log('\nMilliseconds of a turn of the event loop, with everything\n');
	for (const number of [1, 2]) {
		const used = children.slice(0, number);
		const store: Turn[] = [];
		const without: Turn[] = [];
		let decisions = 0;
		for (let round = 0; round < ROUNDS; round += 1) {
			const done = await inAll(used, {ms: TURN_OF_EACH});
			decisions += done.decisions;
			store.push(...done.turns);
			const computing = median(done.turns.map(took));
			without.push(...(await inAll(used, {ms: TURN_OF_EACH, computing})).turns);
		}

		const perSecond = (1000 * decisions) / (ROUNDS * TURN_OF_EACH);
		console.log(`${number} at full load: ${perSecond.toFixed(0)} decisions a second\n`);
		console.log('     p50      p99    p99.9  longest  > 10 ms');
		console.log(`${cells(store, took)}  the store, of ${store.length} turns`);
		console.log(`${cells(without, took)}  without a store, of ${without.length}`);
		console.log(`${cells(store, itself)}  the store, without what the machine took away`);
		console.log(`${cells(without, itself)}  without a store, in the same way`);
		console.log(`${cells(store, uncollected)}  the store, without that or collections of garbage`);
		console.log(`${cells(without, uncollected)}  without a store, in the same way`);
		console.log(`${cells(store, cpu)}  the store, its CPU time alone`);
		console.log(`${cells(without, cpu)}  without a store, in the same way\n`);
	}

	for (const child of children) {
		child.kill();
	}
}

if (process.send) {
	serve(process.argv[2] ?? '');
} else {
	await compare();
}

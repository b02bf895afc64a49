/*
 * Whether LocalStore stays as small as it is: two processes with a gate on one file answer requests over HTTP for some
 * minutes. Many clients are new, and never come again; others are busy, or sign in with wrong passwords until they are
 * banned for a while; operators ban, unban and list. So that there are a million new addresses in ten minutes, however
 * fast the machine is, most of them are asked about directly. Once a minute it shows what the file and the processes hold, and in the
 * end whether that was flat over the second half. Run it with `npm run bench:local-soak`, or for another time than ten
 * minutes with `npm run bench:local-soak -- 2`.
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {statSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {OpenFile} from '../dist/stores/local/file/open-file.js';
import {temporaryFolder} from './local/folder.ts';
import {type Counts, counted, told} from './local/records.ts';
import {type Held, serveSoak} from './local/soak-app.ts';
import {type Visits, visit} from './local/visitors.ts';

const PROCESSES = 2;
const CONNECTIONS = 16;
/** No process asks about more new addresses. */
const NEW_OF_EACH = 2 ** 22;
/** At least so many samples, and at least one a minute. */
const SAMPLES = 8;
/** By how much something may grow from the third quarter to the last and be called flat. */
const FLAT = 0.03;

interface Sample {
	/** Bytes. */
	readonly file: number;
	readonly held: readonly Held[];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const ofEach = (held: readonly Held[], of: (each: Held) => unknown) => held.map(of).join(' and ');

function listed(counts: Counts): string {
	return Object.entries(counts)
		.map(([name, count]) => `${name} ${count}`)
		.join(', ');
}

async function ask(child: ChildProcess): Promise<Held> {
	child.send('held');
	const [held] = await once(child, 'message');
	return held;
}

async function sample(path: string, children: readonly ChildProcess[]): Promise<Sample> {
	return {held: await Promise.all(children.map(ask)), file: statSync(path).size};
}

function show({file, held}: Sample, records: Counts, visits: Visits): void {
	const statuses = [...visits.statuses].map(([status, count]) => `${status}: ${count}`);
	console.log(`  file ${megabytes(file)}; records by its totals: ${listed(records)}`);
	console.log(
		`  heap ${ofEach(held, ({heap}) => megabytes(heap))}; ` +
			`resident ${ofEach(held, ({resident}) => megabytes(resident))}, ` +
			`of it their own ${ofEach(held, ({own}) => megabytes(own))}; ` +
			`descriptors ${ofEach(held, ({descriptors}) => descriptors)}, ` +
			`handles ${ofEach(held, ({handles}) => handles)}; ` +
			`the longest wait of a timer ${ofEach(held, ({longest}) => `${longest.toFixed(0)} ms`)}`,
	);
	const newcomers = held.reduce((sum, each) => sum + each.newcomers, visits.newcomers);
	console.log(
		`  ${newcomers} new addresses; responses ${statuses.join(', ')}; ` +
			`the store failed ${ofEach(held, ({failures, questions}) => `${failures} of ${questions}`)} times`,
	);
}

/** Tells how something has changed from the third quarter of the samples to the last. */
function verdict(
	name: string,
	samples: readonly Sample[],
	of: (sample: Sample) => number,
	shown: (value: number) => string,
): string {
	const values = samples.slice(samples.length >> 1).map(of);
	const mean = (some: readonly number[]) => some.reduce((sum, each) => sum + each, 0) / some.length;
	const middle = values.length >> 1;
	const [before, after] = [mean(values.slice(0, middle)), mean(values.slice(middle))];
	const growth = after / before - 1;
	const range = `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`;

	return `${name} ${growth <= FLAT ? 'flat' : 'NOT FLAT'} (${range}, ${growth < 0 ? '' : '+'}${(100 * growth).toFixed(1)} %)`;
}

async function soak(minutes: number): Promise<void> {
	const path = join(temporaryFolder(), 'gatekeeper.mdb');
	const visits: Visits = {newcomers: 0, statuses: new Map()};
	const children = Array.from({length: PROCESSES}, (_, index) =>
		fork(fileURLToPath(import.meta.url), [path, String((index + 1) * NEW_OF_EACH)]),
	);
	for (const child of children) {
		const [{port}] = await once(child, 'message');
		child.once('exit', code => {
			throw new Error(`A process ended with ${code}`);
		});
		for (let connection = 0; connection < CONNECTIONS; connection += 1) {
			visit(port, visits);
		}
	}

	console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}\n`);
	const file = new OpenFile(path);
	const number = Math.max(SAMPLES, Math.round(minutes));
	const samples: Sample[] = [];
	for (let taken = 1; taken <= number; taken += 1) {
		await setTimeout((60_000 * minutes) / number);
		const latest = await sample(path, children);
		samples.push(latest);
		console.log(`after ${((minutes * taken) / number).toFixed(2)} minutes:`);
		show(latest, told(file), visits);
	}

	const processes = children.map((_, index) => index);
	const held = (sample: Sample, index: number, name: 'heap' | 'own' | 'descriptors') =>
		sample.held[index]?.[name] ?? Number.NaN;
	const verdicts = [
		verdict('file', samples, ({file}) => file, megabytes),
		...processes.flatMap(index => [
			verdict(`heap ${index + 1}`, samples, each => held(each, index, 'heap'), megabytes),
			verdict(`own memory ${index + 1}`, samples, each => held(each, index, 'own'), megabytes),
			verdict(
				`descriptors ${index + 1}`,
				samples,
				each => held(each, index, 'descriptors'),
				String,
			),
		]),
	];
	console.log(`\nIn the second half: ${verdicts.join('; ')}`);
	for (const child of children) {
		child.removeAllListeners('exit');
		child.kill();
	}

	console.log(`Records that were counted: ${listed(counted(file))}`);
}

if (process.send) {
	serveSoak(process.argv[2] ?? '', Number(process.argv[3]));
} else {
	await soak(Number(process.argv[2] ?? 10));
	process.exit();
}

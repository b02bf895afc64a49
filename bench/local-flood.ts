/*
 * How large the file of LocalStore becomes in a flood of addresses that make one request each, with default options, and
 * under many busy clients and many bans; and what a decision costs in the flood, beside one about clients that are known.
 * Run it with `npm run bench:local-flood`.
 *
 * The flood and the known clients have a file each, and take turns of some milliseconds.
 */
import {statSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {LocalStore} from '../dist/local.js';
import {address, addresses, anyOf, COUNT, rules} from './local/clients.ts';
import {temporaryFolder} from './local/folder.ts';
import {cpuSoFar, decideBy, decideUntil} from './local/load.ts';
import {median} from './timing.ts';

const FLOOD = 2_000_000;
const STEP = 100_000;
const A_TURN = 2000;
const IN_FLIGHT = 50;
const KNOWN = 20_000;
const BUSY = 40_000;

const folder = temporaryFolder();
const megabytes = (path: string) => (statSync(path).size / 1e6).toFixed(1);

/** The network of an IPv6 client, whose name is longer than most. */
const network = (index: number) =>
	`2001:db8:${(1 + (index >> 16)).toString(16)}:${(index & 0xffff).toString(16)}::/64`;

/** Returns what decides so often about some clients, and then tells the microseconds of CPU a decision. */
function decider(path: string, deciding: typeof rules, whom: () => string) {
	const decide = decideBy(new LocalStore({path}), deciding);

	return async (decisions: number): Promise<number> => {
		const before = cpuSoFar();
		const made = await decideUntil(sofar => sofar >= decisions, IN_FLIGHT, decide, whom);
		return (cpuSoFar() - before) / made;
	};
}

/** The next of all addresses. */
function next(of = Number.POSITIVE_INFINITY): () => string {
	let last = -1;
	return () => {
		last = (last + 1) % of;
		return address(last);
	};
}

const [flooded, usual] = [join(folder, 'flood.mdb'), join(folder, 'known.mdb')];
const flood = decider(flooded, rules, next());
const known = decider(usual, rules, anyOf(addresses(KNOWN)));

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`);
await known(2 * KNOWN);
console.log(`\nthe file of ${KNOWN} known clients: ${megabytes(usual)} MB`);
console.log('\naddresses  file MB  CPU µs a decision  of a known client  ratio  seconds so far\n');
const begin = performance.now();
for (let passed = STEP; passed <= FLOOD; passed += STEP) {
	const costs: Array<{readonly flood: number; readonly known: number}> = [];
	for (let done = 0; done < STEP; done += A_TURN) {
		costs.push({flood: await flood(A_TURN), known: await known(A_TURN)});
	}

	console.log(
		[
			String(passed).padStart(9),
			megabytes(flooded).padStart(8),
			median(costs.map(cost => cost.flood))
				.toFixed(1)
				.padStart(18),
			median(costs.map(cost => cost.known))
				.toFixed(1)
				.padStart(18),
			median(costs.map(cost => cost.flood / cost.known))
				.toFixed(2)
				.padStart(6),
			((performance.now() - begin) / 1000).toFixed(0).padStart(15),
		].join(' '),
	);
}

// An hour, so that no request is forgotten before the last is made.
const hourly = rules.map(rule => ({...rule, window: 3_600_000, id: 'hourly'}));
const busyFile = join(folder, 'busy.mdb');
const busy = decider(busyFile, hourly, next(BUSY));
const cost = await busy(BUSY * COUNT);
console.log(
	`\n${megabytes(busyFile)} MB after ${COUNT} requests each of ${BUSY} clients, ${cost.toFixed(1)} µs of CPU a decision`,
);

/** Three times as many clients as there are kept bans of each kind. */
const BANNED = 300_000;
const DAY = 24 * 3_600_000;
const banRule = {
	name: 'ban',
	id: 'ban',
	count: 3,
	window: 60_000,
	durations: [DAY / 24, DAY] as const,
	forgetAfter: DAY,
};

/** One change for each client, as many as are in flight at once. */
async function forEachBanned(change: (client: string) => Promise<unknown>): Promise<void> {
	for (let first = 0; first < BANNED; first += IN_FLIGHT) {
		const clients = Array.from({length: IN_FLIGHT}, (_, index) => network(first + index));
		await Promise.all(clients.map(change));
	}
}

for (const [name, reason] of [
	['no reason', undefined],
	['reasons of 200 characters', 'x'.repeat(200)],
	['reasons of 200 characters of three bytes each', '\u6f22'.repeat(200)],
] as const) {
	const path = join(folder, `${name}.mdb`);
	const store = new LocalStore({path});
	const given = reason === undefined ? {} : {reason};
	await forEachBanned(client => store.ban(client, {duration: DAY, isTrap: true, ...given}));
	const byTraps = megabytes(path);
	await forEachBanned(client => store.report(client, banRule, {weight: 3, ...given}));
	await forEachBanned(client => store.ban(client, {duration: DAY, ...given}));
	console.log(
		`with ${name}: ${byTraps} MB after bans by traps of ${BANNED} clients, ${megabytes(path)} after as many by reports and by gate.ban() besides`,
	);
	await store.close();
}

process.exit();

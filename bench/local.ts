/*
 * What a decision of LocalStore costs, beside an LMDB transaction, RedisStore over a Unix socket, and rate-limiter-flexible
 * in a cluster and with SQLite: one at a time, and with 50 in flight. Run it with `npm run bench:local`, on a machine that
 * has a redis-server or valkey-server.
 *
 * The CPU is that of this process and of the server, or of the cluster's primary. All take turns of some milliseconds,
 * and each turn follows one of the floor, since a shared machine is now fast and now slow: believe the multiples.
 */
import cluster from 'node:cluster';
import {cpus} from 'node:os';
import {addresses, anyOf} from './local/clients.ts';
import {type Contender, openContenders} from './local/contenders.ts';
import {after, cpuSoFar, decideUntil} from './local/load.ts';
import {primaryCpu, servePrimary} from './local/primary.ts';
import {median} from './timing.ts';

const CLIENTS = 20_000;
const ROUNDS = 40;
/** Milliseconds of a turn, of the floor's turn before it, and in which each warms up before. */
const TURN = 30;
const FLOOR_TURN = 10;
const WARM_UP = 3;

/** Microseconds a decision. */
interface Cost {
	readonly cpu: number;
	readonly wall: number;
}

interface Run extends Contender {
	readonly costs: Cost[];
	/** Multiples of the floor, each in one round. */
	readonly times: Cost[];
}

async function costOf(
	{decide, inFlight, serverCpu}: Contender,
	ms: number,
	whom: () => string,
): Promise<Cost> {
	await decideUntil(after(WARM_UP), inFlight, decide, whom);
	const serverBefore = (await serverCpu?.()) ?? 0;
	const cpuBefore = cpuSoFar();
	const start = performance.now();
	const decisions = await decideUntil(after(ms), inFlight, decide, whom);
	const wall = (performance.now() - start) * 1000;
	const own = cpuSoFar() - cpuBefore;
	const server = ((await serverCpu?.()) ?? 0) - serverBefore;

	return {cpu: (own + server) / decisions, wall: wall / decisions};
}

function show({name, inFlight, costs, times}: Run): void {
	const cpu = costs.map(cost => cost.cpu);
	const [most, least] = [Math.max(...cpu), Math.min(...cpu)];
	console.log(
		[
			`${median(cpu).toFixed(2).padStart(7)} (${least.toFixed(2)}–${most.toFixed(2)})`.padEnd(24),
			median(times.map(cost => cost.cpu))
				.toFixed(2)
				.padStart(6),
			median(costs.map(cost => cost.wall))
				.toFixed(2)
				.padStart(8),
			median(times.map(cost => cost.wall))
				.toFixed(2)
				.padStart(6),
			String(inFlight).padStart(3),
			` ${name}`,
		].join(' '),
	);
}

/** The median of the multiples of another run's CPU, round by round. */
function multiple(runs: readonly Run[], name: string, of: string, inFlight: number): string {
	const costs = (wanted: string) =>
		runs.find(run => run.name === wanted && run.inFlight === inFlight)?.costs ?? [];
	const others = costs(of);

	return median(
		costs(name).map(({cpu}, round) => cpu / (others[round]?.cpu ?? Number.NaN)),
	).toFixed(2);
}

async function compare(): Promise<void> {
	const clients = addresses(CLIENTS);
	const contenders = await openContenders(clients);
	const [floor] = contenders;
	if (!floor) {
		throw new Error('There is no floor');
	}

	const any = anyOf(clients);
	const attacker = clients[7] ?? '';
	const cases: Readonly<Record<string, () => string>> = {
		'calm: 20,000 clients at random': any,
		'attacked: 99 of 100 are one client': () => (Math.random() < 0.99 ? attacker : any()),
	};
	console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`);
	for (const [title, whom] of Object.entries(cases)) {
		const runs: readonly Run[] = contenders.map(each => ({...each, costs: [], times: []}));
		for (let round = 0; round <= ROUNDS; round += 1) {
			for (const run of runs) {
				const base = await costOf(floor, FLOOR_TURN, whom);
				const cost = await costOf(run, TURN, whom);
				// The first round is to warm up.
				if (round > 0) {
					run.costs.push(cost);
					run.times.push({cpu: cost.cpu / base.cpu, wall: cost.wall / base.wall});
				}
			}
		}

		console.log(`\n${title}: microseconds a decision, and multiples of the floor\n`);
		console.log('CPU (least–most)         × floor    wall × floor  in flight');
		runs.forEach(show);
		console.log();
		const others = ['RedisStore', 'RateLimiterCluster', 'RateLimiterSQLite'];
		for (const other of ['floor, in a turn of the event loop', ...others]) {
			const [alone, busy] = [1, 50].map(inFlight => multiple(runs, 'LocalStore', other, inFlight));
			console.log(`LocalStore takes ${alone} of the CPU of ${other}; ${busy} with 50 in flight`);
		}
	}
}

if (cluster.isPrimary) {
	servePrimary();
} else {
	// The primary is up before anything is measured.
	await primaryCpu();
	await compare();
	process.exit();
}

import {Counter, Gauge, type Registry} from 'prom-client';
import {badOption} from '../checks/option-checks.ts';
import type {Stats} from '../telemetry/stats.ts';
import type {RefusalCounts} from './refusal-counts.ts';

/** A gate whose metrics are collected. */
export interface CollectedGate {
	stats(): Stats;
	readonly refusals: RefusalCounts;
}

/** A value of a metric, with its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** One metric: its name without `gatekeeper_`, its labels, and how it is read off a gate. */
interface Metric {
	readonly name: string;
	readonly help: string;
	readonly labels?: readonly string[];
	read(gate: CollectedGate): Iterable<Sample>;
}

const verdicts = [
	'admitted',
	'limited',
	'banned',
	'denied',
	'unavailable',
	'unidentified',
	'failed',
] as const satisfies ReadonlyArray<keyof Stats>;

const counters: readonly Metric[] = [
	{
		name: 'requests_total',
		help: 'Requests that have left the gate, by what became of them',
		labels: ['verdict'],
		read(gate) {
			const stats = gate.stats();
			return verdicts.map((verdict): Sample => [{verdict}, stats[verdict]]);
		},
	},
	{
		name: 'exempt_requests_total',
		help: 'Those to which the global rules did not apply, by why',
		labels: ['exemption'],
		read: gate =>
			Object.entries(gate.stats().exempt).map(([exemption, count]): Sample => [{exemption}, count]),
	},
	{
		name: 'refusals_total',
		help: 'Refusals, by verdict and by each full rule',
		labels: ['verdict', 'rule'],
		read: gate =>
			gate.refusals.list().map(({verdict, rule, count}): Sample => [{verdict, rule}, count]),
	},
	{
		name: 'reports_total',
		help: 'Reports of clients',
		read: gate => [[{}, gate.stats().reports]],
	},
	{
		name: 'bans_total',
		help: 'Bans that have begun',
		read: gate => [[{}, gate.stats().bans]],
	},
	{
		name: 'store_questions_total',
		help: 'Decisions that the store was asked for',
		read: gate => [[{}, gate.stats().store.questions]],
	},
	{
		name: 'store_failures_total',
		help: 'Decisions that the store was asked for, and failed',
		read: gate => [[{}, gate.stats().store.failures]],
	},
	{
		name: 'store_seconds_total',
		help: 'Seconds that the replies of the store took, all together',
		read: gate => [[{}, gate.stats().store.milliseconds / 1000]],
	},
];

const gauges: readonly Metric[] = [
	{
		name: 'store_failing',
		help: 'Whether the store fails: 1, or 0',
		read: gate => [[{}, gate.stats().store.isFailing ? 1 : 0]],
	},
];

/** The metrics in one registry, of all gates that it has. */
export class GateMetrics {
	/** The name of a metric that is in each registry with these metrics. */
	static readonly mark = 'gatekeeper_requests_total';
	readonly #gates = new Map<string, CollectedGate>();

	constructor(register: Registry) {
		for (const metric of counters) {
			new Counter(this.#configuration(metric, register));
		}

		for (const metric of gauges) {
			// Of the processes of a cluster, one that fails is enough.
			new Gauge({...this.#configuration(metric, register), aggregator: 'max'});
		}
	}

	/** @throws {TypeError} for a name that another gate has */
	add(name: string, gate: CollectedGate): void {
		if (this.#gates.has(name)) {
			throw badOption('name', 'a name that no other gate in this registry has', name);
		}

		this.#gates.set(name, gate);
	}

	remove(name: string, gate: CollectedGate): void {
		if (this.#gates.get(name) === gate) {
			this.#gates.delete(name);
		}
	}

	/** Of a counter or a gauge. The values are read when they are asked for. */
	#configuration({name, help, labels = [], read}: Metric, register: Registry) {
		const gates = this.#gates;

		return {
			name: `gatekeeper_${name}`,
			help,
			labelNames: ['gate', ...labels],
			registers: [register],
			collect(this: Pick<Gauge, 'reset' | 'inc'>) {
				this.reset();
				for (const [gate, collected] of gates) {
					for (const [own, value] of read(collected)) {
						this.inc({gate, ...own}, value);
					}
				}
			},
		};
	}
}

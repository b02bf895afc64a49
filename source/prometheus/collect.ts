import {register as defaultRegister, type Registry} from 'prom-client';
import {typeName} from '../checks/describe.ts';
import {check, isFunction, isNonEmptyString, namedOptions} from '../checks/option-checks.ts';
import {processWide} from '../process-wide.ts';
import type {Watching} from '../telemetry/watching.ts';
import {type CollectedGate, GateMetrics} from './gate-metrics.ts';
import {RefusalCounts} from './refusal-counts.ts';

export interface CollectOptions {
	/**
	 * The registry that the metrics are added to.
	 *
	 * @default the default registry of prom-client
	 */
	readonly register?: Registry;
	/**
	 * The label `gate` of this gate's metrics. Gates that share a registry need a name each.
	 *
	 * @default 'gate'
	 */
	readonly name?: string;
}

/** What is read of a gate. */
type Watched = Pick<Watching, 'on' | 'off' | 'stats'>;

/** The metrics of each registry: prom-client allows each name once. */
const metricsOf = processWide('metrics', () => new WeakMap<Registry, GateMetrics>());

/**
 * Adds what a gate does to a registry of prom-client. Clients are no labels, so that there are only as many time series
 * as there are verdicts and rules.
 *
 * @returns a function that takes the gate out again
 * @throws {TypeError} for bad options, and for a name that a gate in this registry has already
 *
 * @example
 * import {collect} from 'koa-gatekeeper/prometheus';
 *
 * const gate = gatekeeper({rateLimitRule: [100, 60]});
 * collect(gate);
 */
export function collect(gate: Watched, options: CollectOptions = {}): () => void {
	const given = namedOptions(options, ['register', 'name'], 'collect()', {
		example: "{name: 'api'}",
	});
	const {register = defaultRegister, name = 'gate'} = given;
	check(isRegistry, register, 'register', 'a Registry of prom-client');
	check(isNonEmptyString, name, 'name', 'a string, not empty');
	check(isWatching, gate, 'gate', 'what gatekeeper() has returned', typeName);

	const metrics = metricsIn(register);
	const refusals = new RefusalCounts();
	const collected: CollectedGate = {stats: () => gate.stats(), refusals};
	metrics.add(name, collected);
	gate.on('refused', refusals.count);

	return () => {
		metrics.remove(name, collected);
		gate.off('refused', refusals.count);
	};
}

/** A registry that was cleared, as between tests, has none any more. */
function metricsIn(register: Registry): GateMetrics {
	const before = register.getSingleMetric(GateMetrics.mark) && metricsOf.get(register);
	const metrics = before ?? new GateMetrics(register);
	metricsOf.set(register, metrics);

	return metrics;
}

function isWatching(given: unknown): given is Watched {
	const gate: Partial<Watched> = Object(given);
	return [gate.on, gate.off, gate.stats].every(isFunction);
}

/** Not by its class: an app may have another copy of prom-client. */
function isRegistry(given: unknown): given is Registry {
	return typeof given === 'object' && given !== null && 'registerMetric' in given;
}

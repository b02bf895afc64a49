import {register as defaultRegister, type Registry} from 'prom-client';
import {check, isNonEmptyString, namedOptions} from '../checks/option-checks.ts';
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

/** The metrics of each registry: prom-client allows each name once. */
const metricsOf = new WeakMap<Registry, GateMetrics>();

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
export function collect(
	gate: Pick<Watching, 'on' | 'off' | 'stats'>,
	options: CollectOptions = {},
): () => void {
	const given = namedOptions(options, ['register', 'name'], 'collect()', {
		example: "{name: 'api'}",
	});
	const {register = defaultRegister, name = 'gate'} = given;
	check(isRegistry, register, 'register', 'a Registry of prom-client');
	check(isNonEmptyString, name, 'name', 'a string, not empty');
	const metrics = metricsOf.get(register) ?? new GateMetrics(register);
	metricsOf.set(register, metrics);

	const refusals = new RefusalCounts();
	let isFailing = false;
	const collected: CollectedGate = {
		stats: () => gate.stats(),
		refusals,
		isFailing: () => isFailing,
	};
	metrics.add(name, collected);

	const listeners = {
		refused: refusals.count,
		storeFailed: () => {
			isFailing = true;
		},
		storeRecovered: () => {
			isFailing = false;
		},
	} as const;
	gate.on('refused', listeners.refused);
	gate.on('storeFailed', listeners.storeFailed);
	gate.on('storeRecovered', listeners.storeRecovered);

	return () => {
		metrics.remove(name, collected);
		gate.off('refused', listeners.refused);
		gate.off('storeFailed', listeners.storeFailed);
		gate.off('storeRecovered', listeners.storeRecovered);
	};
}

/** Not by its class: an app may have another copy of prom-client. */
function isRegistry(given: unknown): given is Registry {
	return typeof given === 'object' && given !== null && 'registerMetric' in given;
}

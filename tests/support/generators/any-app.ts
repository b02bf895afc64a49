import {setImmediate} from 'node:timers/promises';
import {Router} from '@koa/router';
import fc from 'fast-check';
import Koa, {type Middleware} from 'koa';
import {
	bypass,
	type Gatekeeper,
	gatekeeper,
	type LimitRule,
	MemoryStore,
	type Store,
	specific,
} from '../../../source/index.ts';
import {forwardTo} from '../forwarding-store.ts';
import type {RuleModel} from '../models/answer-model.ts';
import {GateModel, type RouteModel, type SpecificModel} from '../models/gate-model.ts';

/** Windows are in seconds here, as a user writes them. */
interface AnyRule {
	readonly count: number;
	readonly window: number;
	readonly name: string | undefined;
}

interface AnyRoute {
	readonly method: 'get' | 'post' | 'all';
	readonly isBypassed: boolean;
	/** Which of the app's specifics stand before the handler. */
	readonly specifics: readonly number[];
	readonly reports: readonly number[];
	readonly status: 200 | 401 | 500;
}

export interface AnyApp {
	/** What the clock says when the app starts. */
	readonly origin: number;
	/** Whether the store answers later, as one over a network does. */
	readonly isRemote: boolean;
	readonly global: readonly AnyRule[];
	readonly banRule: (AnyRule & {readonly duration: number}) | undefined;
	readonly excludedMethods: readonly string[];
	readonly specifics: ReadonlyArray<{
		readonly rules: readonly AnyRule[];
		readonly standalone: boolean;
	}>;
	readonly routes: readonly AnyRoute[];
}

export interface AppAndModel {
	readonly app: Koa;
	readonly gate: Gatekeeper;
	readonly model: GateModel;
	/** The route that takes this method at `/0`, `/1`, …, if there is one. */
	routeFor(method: string, place: number): RouteModel | undefined;
	/** How many handlers have run. */
	ran(): number;
}

/** Builds the app, and the model that says how it answers. */
export function appAndModel(drawn: AnyApp): AppAndModel {
	const global = named(drawn.global, seriesOf('global'));
	const specifics: SpecificModel[] = drawn.specifics.map(({rules, standalone}) => ({
		rules: named(rules, nextSpecific),
		standalone,
	}));
	const routes = drawn.routes.map(({method, isBypassed, specifics: places, reports, status}) => {
		const marks = places.flatMap(place => specifics.slice(place, place + 1));
		return {
			methods: {get: ['GET', 'HEAD'], post: ['POST'], all: ['GET', 'HEAD', 'POST']}[method],
			marks: isBypassed ? (['bypass', ...marks] as const) : marks,
			reports,
			status,
		};
	});
	const [banRule] = named(drawn.banRule ? [drawn.banRule] : [], () => 'ban');
	const model = new GateModel({
		now: drawn.origin,
		global,
		banRule: banRule && {...banRule, duration: (drawn.banRule?.duration ?? 0) * 1000},
		excludedMethods: drawn.excludedMethods,
	});

	return {
		...realApp(drawn, () => model.now),
		model,
		routeFor: (method, place) =>
			routes.find((route, at) => at === place && route.methods.includes(method)),
	};
}

/** In this process unnamed specifics are created here and nowhere else. */
const nextSpecific = seriesOf('specific');

function seriesOf(base: string): () => string {
	let created = 0;
	return () => {
		created += 1;
		return created === 1 ? base : `${base}-${created}`;
	};
}

function named(rules: readonly AnyRule[], nextName: () => string): RuleModel[] {
	return rules.map(({count, window, name}) => ({
		name: name ?? nextName(),
		count,
		window: window * 1000,
	}));
}

function realApp(drawn: AnyApp, clock: () => number): Pick<AppAndModel, 'app' | 'gate' | 'ran'> {
	const {global, banRule, excludedMethods} = drawn;
	const memory = new MemoryStore({clock});
	const gate = gatekeeper({
		ipHeader: 'X-Forwarded-For',
		store: drawn.isRemote ? remote(memory) : memory,
		storeTimeout: 60,
		excludedMethods,
		...(global.length > 0 && {rateLimitRule: global.map(written)}),
		...(banRule && {banRule: {...written(banRule), duration: banRule.duration}}),
	});
	const specifics = drawn.specifics.map(({rules, standalone}) =>
		specific(rules.map(written), {standalone}),
	);
	const router = new Router();
	let ran = 0;

	for (const [index, route] of drawn.routes.entries()) {
		const marks = route.specifics.flatMap(place => specifics.slice(place, place + 1));
		router[route.method](
			`/${index}`,
			...(route.isBypassed ? [bypass()] : []),
			...marks,
			handler(route, () => {
				ran += 1;
			}),
		);
	}

	const app = new Koa();
	app.use(gate);
	app.use(router.routes());
	return {app, gate, ran: () => ran};
}

function handler({reports, status}: AnyRoute, run: () => void): Middleware {
	return ctx => {
		run();
		for (const weight of reports) {
			ctx.report({weight});
		}

		if (status !== 200) {
			ctx.throw(status);
		}

		ctx.body = 'ok';
	};
}

function written({count, window, name}: AnyRule): Exclude<LimitRule, readonly unknown[]> {
	return name === undefined ? {count, window} : {count, window, name};
}

function remote(store: Store): Store {
	return forwardTo(store, {
		admit: async (...question) => store.admit(...question),
		report: async (...report) => {
			await aWhile();
			return store.report(...report);
		},
	});
}

/** Long enough for an answer to be sent, were it not to wait. */
async function aWhile(): Promise<void> {
	for (let turn = 0; turn < 10; turn += 1) {
		await setImmediate();
	}
}

const seconds = fc.constantFrom(0.5, 1, 1.5, 2, 5, 10);
const unnamed: fc.Arbitrary<AnyRule> = fc.record({
	count: fc.constantFrom(1, 1, 2, 3, 4),
	window: seconds,
	name: fc.constant(undefined),
});

/** One or two rules; few numbers go with a name, so that some counters are shared and some are not. */
function rulesNamed(...names: string[]): fc.Arbitrary<AnyRule[]> {
	const named = fc.record({
		count: fc.constantFrom(1, 2, 2),
		window: fc.constantFrom(1, 5, 5),
		name: fc.constantFrom(...names),
	});

	return fc.uniqueArray(fc.oneof(unnamed, named), {
		minLength: 1,
		maxLength: 2,
		size: 'max',
		selector: ({name}) => name ?? Symbol('unnamed'),
	});
}

const routes = fc.array(
	fc.record({
		method: fc.constantFrom('get' as const, 'post' as const, 'all' as const, 'all' as const),
		isBypassed: fc.constantFrom(false, false, false, true),
		specifics: fc.uniqueArray(fc.nat({max: 2}), {maxLength: 2}),
		reports: fc.oneof(
			fc.constant([]),
			fc.array(fc.constantFrom(1, 1, 2), {minLength: 1, maxLength: 2}),
		),
		status: fc.constantFrom(200 as const, 200 as const, 401 as const, 500 as const),
	}),
	{minLength: 2, maxLength: 5},
);

export const anyApp: fc.Arbitrary<AnyApp> = fc
	.record({
		origin: fc.constantFrom(0, 0.25, -7000, 1_700_000_000_000),
		isRemote: fc.boolean(),
		global: fc.oneof(
			{weight: 1, arbitrary: fc.constant([])},
			{weight: 4, arbitrary: rulesNamed('g', 'a "sly\\" name')},
		),
		banRule: fc.option(
			fc.record({
				count: fc.constantFrom(1, 2, 3),
				window: seconds,
				name: fc.constantFrom(undefined, 'strict'),
				duration: fc.constantFrom(0.5, 1, 3, 20, Infinity),
			}),
			{nil: undefined},
		),
		excludedMethods: fc.subarray(['POST', 'HEAD']),
		specifics: fc.array(
			fc.record({
				rules: rulesNamed('s', 's2'),
				standalone: fc.boolean(),
			}),
			{maxLength: 3, size: 'max'},
		),
		routes,
	})
	.map(app => ({...app, routes: app.routes.map(route => marksInFront(app, route))}));

/** What a mark should cover stands behind it; no counter is asked twice for one request. */
function marksInFront({specifics}: Pick<AnyApp, 'specifics'>, route: AnyRoute): AnyRoute {
	const isStandalone = (place: number) => specifics[place]?.standalone === true;
	const places = route.specifics.filter(place => place < specifics.length);
	const inFront = [...places.filter(isStandalone), ...places.filter(place => !isStandalone(place))];
	const names = inFront.flatMap(place => specifics[place]?.rules.flatMap(({name}) => name ?? []));
	const isSharing = new Set(names).size < names.length;

	return {...route, specifics: isSharing ? inFront.slice(0, 1) : inFront};
}

import {setImmediate} from 'node:timers/promises';
import {Router} from '@koa/router';
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
import {type NextName, nameSeries} from '../../../source/options/name-series.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import {forwardTo} from '../forwarding-store.ts';
import {GateModel, type RouteModel, type SpecificModel} from '../models/gate-model.ts';
import type {AnyApp, AnyRoute, AnyRule} from './any-app.ts';

export interface AppAndModel {
	readonly app: Koa;
	readonly gate: Gatekeeper;
	readonly model: GateModel;
	/** The route for this method at `/0`, `/1`, …, if there is one. */
	routeFor(method: string, index: number): RouteModel | undefined;
	/** How many times a handler has run. */
	ran(): number;
}

/** Builds the app, and the model of its responses. */
export function appAndModel(drawn: AnyApp): AppAndModel {
	const global = named(drawn.global, nameSeries('global'));
	const specifics: SpecificModel[] = drawn.specifics.map(({rules, standalone}) => ({
		rules: named(rules, nextSpecific),
		standalone,
	}));
	const routes = drawn.routes.map(({method, isBypassed, specifics: indexes, reports, status}) => {
		const marks = indexes.flatMap(index => specifics.slice(index, index + 1));
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
		banRule: banRule && {...banRule, durations: [(drawn.banRule?.duration ?? 0) * 1000]},
		excludedMethods: drawn.excludedMethods,
	});

	return {
		...realApp(drawn, () => model.now),
		model,
		routeFor: (method, index) =>
			routes.slice(index, index + 1).find(({methods}) => methods.includes(method)),
	};
}

/** The same names: no other code of this process creates specifics without one. */
const nextSpecific = nameSeries('specific');

function named(rules: readonly AnyRule[], nextName: NextName): Rule[] {
	return rules.map((rule, index) => {
		const {count, window, name = nextName(index)} = rule;
		return {name, count, window: window * 1000, id: `${count}/${window}/${name}`};
	});
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
		const marks = route.specifics.flatMap(at => specifics.slice(at, at + 1));
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
			await manyTurns();
			return store.report(...report);
		},
	});
}

/** Waits long enough for a response to be sent that does not wait for the report. */
async function manyTurns(): Promise<void> {
	for (let turn = 0; turn < 10; turn += 1) {
		await setImmediate();
	}
}

import fc from 'fast-check';
import {type RouterVersion, routerPackages} from '../router-versions.ts';
import {
	type AnyRouter,
	allWords,
	clearWords,
	fewWords,
	hosts,
	oneWord,
	rarely,
	routersOf,
	turns,
	type Words,
} from './any-routers.ts';
/** What an app has after its gate. */
export type AnyPlace =
	| AnyRouterPlace
	| {
			readonly is: 'rewrite';
			readonly from: string;
			readonly what: 'path' | 'newRouterPath';
			readonly to: string;
	  }
	| {readonly is: 'override'; readonly method: string}
	| {readonly is: 'stop'; readonly on: string; readonly throws: boolean}
	| {readonly is: 'wait'; readonly turns: number};

export interface AnyRouterPlace {
	readonly is: 'router';
	/** The function that `router.routes()` returns, or a function or `koa-mount` that hides it. */
	readonly as: 'dispatch' | 'wrapped' | 'mounted';
	readonly router: AnyRouter;
}

export interface AnyStack {
	readonly version: RouterVersion;
	/** The position of the gate: before all places, on the router, or with all places in a mounted app. */
	readonly gate: 'app' | 'router' | 'mounted';
	/** Whether the option `routers` lists the routers. */
	readonly listsRouters: boolean;
	readonly marks: ReadonlyArray<'bypass' | 'standalone'>;
	readonly places: readonly AnyPlace[];
}

export interface AnyRequest {
	readonly method: string;
	readonly path: string;
	readonly host: string;
	readonly client: number;
}

export const methods = ['GET', 'POST', 'HEAD'];

const mostPaths = ['/a', '/a', '/a', '/b', '/b', '/a/b'];
const allPaths = [...mostPaths, ...mostPaths, '/', '/p/a', '/p/b', '/n/a', '/A', '/b/', '/c/d/e'];

export const anyRequest: fc.Arbitrary<AnyRequest> = fc.record({
	method: fc.constantFrom('GET', 'GET', 'GET', ...methods),
	path: fc.constantFrom(...allPaths),
	host: fc.constantFrom(...hosts),
	client: fc.constantFrom(0, 0, 0, 1),
});

const rewrite: fc.Arbitrary<AnyPlace> = fc.record({
	is: fc.constant('rewrite' as const),
	from: fc.constantFrom(...mostPaths),
	what: fc.constantFrom('path' as const, 'newRouterPath' as const),
	to: fc.constantFrom(...allPaths),
});

const override: fc.Arbitrary<AnyPlace> = fc.record({
	is: fc.constant('override' as const),
	method: fc.constantFrom('GET', 'POST', 'POST', 'get'),
});

const between: fc.Arbitrary<AnyPlace> = fc.oneof(
	rewrite,
	override,
	fc.record({
		is: fc.constant('stop' as const),
		on: fc.constantFrom(...mostPaths),
		throws: fc.boolean(),
	}),
	fc.record({is: fc.constant('wait' as const), turns}),
);

const versions = Object.keys(routerPackages) as RouterVersion[];
const version = fc.oneof(fc.constant('@koa/router 15' as const), fc.constantFrom(...versions));

const kinds = fc.constantFrom('bypass' as const, 'bypass' as const, 'standalone' as const);
const marks = fc.array(kinds, {minLength: 1, maxLength: 3});

function routerPlaces(
	words: Words,
	...as: Array<AnyRouterPlace['as']>
): fc.Arbitrary<AnyRouterPlace> {
	return fc.record({
		is: fc.constant('router' as const),
		as: fc.constantFrom(...as),
		router: routersOf(words),
	});
}

/** A gate before everything else, possibly in a mounted app. */
const before: fc.Arbitrary<AnyStack> = stackOf(
	fc.constantFrom('app', 'app', 'mounted'),
	fc
		.tuple(
			fc.array(between, {maxLength: 2}),
			routerPlaces(allWords, 'dispatch', 'dispatch', 'wrapped', 'mounted'),
			fc.array(between, {maxLength: 1}),
			fc.array(routerPlaces(allWords, 'dispatch', 'dispatch', 'wrapped'), {maxLength: 2}),
		)
		.map(([first, router, second, others]) => [...first, router, ...second, ...others]),
);

/** One change before the routers, whose routes are easily mistaken for one another. */
function tempting(change: fc.Arbitrary<AnyPlace>, words: Words): fc.Arbitrary<AnyStack> {
	const routers = fc.array(routerPlaces(words, 'dispatch', 'dispatch', 'dispatch', 'wrapped'), {
		minLength: 1,
		maxLength: 3,
	});

	return stackOf(
		fc.constant('app'),
		fc.tuple(change, routers).map(([first, others]) => [first, ...others]),
	);
}

/** A gate on a router that runs before each of its routes: no prefix, and more than one layer may run. */
const within: fc.Arbitrary<AnyStack> = stackOf(
	fc.constant('router'),
	routerPlaces(allWords, 'dispatch', 'wrapped', 'mounted').map(place => [
		{...place, router: {...place.router, prefix: undefined, exclusive: false}},
	]),
);

/** Any app. */
export const anyStack = fc.oneof(
	{weight: 3, arbitrary: before},
	{
		weight: 3,
		arbitrary: tempting(
			rewrite.map(change => ({...change, from: '/a', to: '/b'})),
			fewWords,
		),
	},
	{weight: 2, arbitrary: tempting(override, oneWord)},
	{weight: 1, arbitrary: tempting(between, fewWords)},
	{weight: 1, arbitrary: within},
);

/** The gate can read every router, nothing runs before them, and every mark is `bypass()`. */
export const clearStack = stackOf(
	fc.constant('app'),
	fc.array(routerPlaces(clearWords, 'dispatch'), {minLength: 1, maxLength: 3}),
).map(stack => ({...stack, marks: ['bypass', 'bypass', 'bypass'] as const}));

function stackOf(
	gate: fc.Arbitrary<AnyStack['gate']>,
	places: fc.Arbitrary<readonly AnyPlace[]>,
): fc.Arbitrary<AnyStack> {
	return fc.record({version, gate, listsRouters: rarely, marks, places});
}

import fc from 'fast-check';

/** A path, or the source and flags of a regular expression: each app compiles its own, since it has a state. */
export type AnyPath = string | {readonly source: string; readonly flags: string};

export interface AnyRoute {
	readonly is: 'route';
	readonly method: 'get' | 'post' | 'all';
	readonly path: AnyPath;
	/** The index of the mark before the handler; an app has at most three. */
	readonly mark: number;
	/** Whether there is a `specific` too that is not standalone. */
	readonly isLimited: boolean;
	/** Whether the handler calls `next()`. */
	readonly passesOn: boolean;
	readonly throws: boolean;
	/** How many turns of the event loop the handler takes. */
	readonly turns: number;
}

interface AnyUse {
	readonly is: 'use';
	readonly path: string | undefined;
	readonly mark: number;
	readonly turns: number;
}

interface AnyNest {
	readonly is: 'nest';
	readonly path: string | undefined;
	readonly router: AnyRouter;
}

export interface AnyRouter {
	readonly prefix: string | undefined;
	readonly host: string | undefined;
	readonly exclusive: boolean | 'specificity';
	readonly layers: ReadonlyArray<AnyRoute | AnyUse | AnyNest>;
}

/** The parts of routers. A part that is listed more often is more likely. */
export interface Words {
	readonly methods: ReadonlyArray<AnyRoute['method']>;
	readonly paths: readonly AnyPath[];
	readonly uses: ReadonlyArray<string | undefined>;
	readonly nests: ReadonlyArray<string | undefined>;
	readonly prefixes: ReadonlyArray<string | undefined>;
	readonly hosts: ReadonlyArray<string | undefined>;
	readonly exclusive: ReadonlyArray<AnyRouter['exclusive']>;
	readonly passesOn: readonly boolean[];
}

export const hosts = ['a.test', 'b.test'];

/** Parts that foresight understands. */
export const clearWords: Words = {
	methods: ['get', 'get', 'post', 'all'],
	paths: [
		...['/a', '/b', '/a', '/b', '/:x', '/:x', '/:x/:y', '/{*rest}', '/a{/:x}', '/'],
		{source: '^/[ab]$', flags: ''},
	],
	uses: [undefined, undefined, '/a', '/:x', ''],
	nests: [undefined, '/n', '/:m'],
	prefixes: [undefined, undefined, undefined, '/n', '/:t'],
	hosts: [undefined, undefined, undefined, ...hosts],
	exclusive: [false, false, false, true, 'specificity'],
	passesOn: [true, false],
};

export const allWords: Words = {
	...clearWords,
	paths: [...clearWords.paths, {source: '^/a', flags: 'g'}, {source: '/[ab]', flags: 'y'}],
};

/** So few that most routes match the same requests, and many call `next()` before another that matches. */
export const fewWords: Words = {
	methods: ['get', 'get', 'post', 'all'],
	paths: ['/a', '/b', '/a', '/b', '/:x'],
	uses: [undefined, '/a'],
	nests: [undefined],
	prefixes: [undefined],
	hosts: [undefined],
	exclusive: [false, false, false, true, 'specificity'],
	passesOn: [true, true, false],
};

/** Even fewer: routes differ only by their methods. */
export const oneWord: Words = {...fewWords, methods: ['get', 'post', 'all'], paths: ['/a']};

/** How many turns of the event loop something takes: usually none. */
export const turns = fc.constantFrom(0, 0, 0, 1, 4);
export const rarely = fc.constantFrom(false, false, false, false, true);

const NO_MARK = 9;
const mark = fc.constantFrom(0, 0, 1, 2, NO_MARK, NO_MARK, NO_MARK);

export function routersOf(words: Words): fc.Arbitrary<AnyRouter> {
	const route: fc.Arbitrary<AnyRoute> = fc.record({
		is: fc.constant('route' as const),
		method: fc.constantFrom(...words.methods),
		path: fc.constantFrom(...words.paths),
		mark,
		isLimited: fc.constantFrom(false, false, false, true),
		passesOn: fc.constantFrom(...words.passesOn),
		throws: rarely,
		turns,
	});
	const nest: fc.Arbitrary<AnyNest> = fc.record({
		is: fc.constant('nest' as const),
		path: fc.constantFrom(...words.nests),
		router: routerOf(words, [
			{weight: 4, arbitrary: route},
			{weight: 1, arbitrary: useOf(words.uses.filter(isMountable))},
		]),
	});

	return routerOf(words, [
		{weight: 8, arbitrary: route},
		{weight: 2, arbitrary: useOf(words.uses)},
		{weight: 1, arbitrary: nest},
	]);
}

function routerOf(
	words: Words,
	layers: ReadonlyArray<fc.WeightedArbitrary<AnyRouter['layers'][number]>>,
): fc.Arbitrary<AnyRouter> {
	return fc.record({
		prefix: fc.constantFrom(...words.prefixes),
		host: fc.constantFrom(...words.hosts),
		exclusive: fc.constantFrom(...words.exclusive),
		layers: fc.array(fc.oneof(...layers), {minLength: 1, maxLength: 5, size: 'max'}),
	});
}

function useOf(paths: Words['uses']): fc.Arbitrary<AnyUse> {
	return fc.record({
		is: fc.constant('use' as const),
		path: fc.constantFrom(...paths),
		mark,
		turns,
	});
}

/** @koa/router 15 cannot mount, under a parameter, a middleware that `router.use` has without a path. */
function isMountable(path: string | undefined): boolean {
	return path !== undefined;
}

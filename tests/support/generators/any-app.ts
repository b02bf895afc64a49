import fc from 'fast-check';

/** A rule as a user writes it: the window is in seconds. */
export interface AnyRule {
	readonly count: number;
	readonly window: number;
	readonly name: string | undefined;
}

export interface AnyRoute {
	readonly method: 'get' | 'post' | 'all';
	readonly isBypassed: boolean;
	/** The indexes of the specifics that run before the handler. */
	readonly specifics: readonly number[];
	readonly reports: readonly number[];
	readonly status: 200 | 401 | 500;
}

export interface AnyApp {
	/** The time when the app starts. */
	readonly origin: number;
	/** Whether the store replies asynchronously, as one on a server does. */
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

const seconds = fc.constantFrom(0.5, 1, 1.5, 2, 5, 10);
const unnamed: fc.Arbitrary<AnyRule> = fc.record({
	count: fc.constantFrom(1, 1, 2, 3, 4),
	window: seconds,
	name: fc.constant(undefined),
});

/** One or two rules. A name has few numbers, so that some counters are shared and some are not. */
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

/** Places standalone specifics first, so that they cover the others. No request asks a counter twice. */
function marksInFront({specifics}: Pick<AnyApp, 'specifics'>, route: AnyRoute): AnyRoute {
	const isStandalone = (index: number) => specifics[index]?.standalone === true;
	const indexes = route.specifics.filter(index => index < specifics.length);
	const inFront = [
		...indexes.filter(isStandalone),
		...indexes.filter(index => !isStandalone(index)),
	];
	const names = inFront.flatMap(index => specifics[index]?.rules.flatMap(({name}) => name ?? []));
	const isSharing = new Set(names).size < names.length;

	return {...route, specifics: isSharing ? inFront.slice(0, 1) : inFront};
}

import {setImmediate} from 'node:timers/promises';
import {inspect} from 'node:util';
import {Router} from '@koa/router';
import test from 'ava';
import {AddressList, type GatekeeperOptions, gatekeeper, MemoryStore} from '../../source/index.ts';
import {commandsOnly} from '../support/guarded-store.ts';
import {unhandledRejections} from '../support/unhandled-rejections.ts';

const limit = (rateLimitRule: unknown) => ({rateLimitRule});
const ban = (banRule: unknown) => ({banRule});
const router = new Router();

const bad: ReadonlyArray<[options: unknown, message: string]> = [
	[
		null,
		'The options of gatekeeper() must be an object such as {rateLimitRule: [100, 60]}, got null',
	],
	[
		[],
		'The options of gatekeeper() must be an object such as {rateLimitRule: [100, 60]}, got an array',
	],
	[
		'x',
		'The options of gatekeeper() must be an object such as {rateLimitRule: [100, 60]}, got a string',
	],
	[{ipHeaders: 'X'}, 'Unknown option `ipHeaders` of gatekeeper(); did you mean `ipHeader`?'],
	[
		{ratelimitrule: 1},
		'Unknown option `ratelimitrule` of gatekeeper(); did you mean `rateLimitRule`?',
	],
	[
		{whatever: 1},
		'Unknown option `whatever` of gatekeeper(); it takes banRule, reportWhen, rateLimitRule, ipHeader, trustedProxies, ipv6Prefix, allow, deny, key, keySecret, excludedMethods, routers, headers, onRefused, onStoreError, storeTimeout, store',
	],

	[
		limit(null),
		'`rateLimitRule` must be [count, window] or {count, window, name?, cost?, countWhen?}, got null',
	],
	[
		limit(100),
		'`rateLimitRule` must be [count, window] or {count, window, name?, cost?, countWhen?}, got 100',
	],
	[
		limit([1]),
		'`rateLimitRule` must be [count, window] or {count, window, name?, cost?, countWhen?}, got [ 1 ]',
	],
	[
		limit([1, 2, 3]),
		'`rateLimitRule` must be [count, window] or {count, window, name?, cost?, countWhen?}, got [ 1, 2, 3 ]',
	],
	[limit([]), '`rateLimitRule` must be a rule or a list of at least one rule, got []'],
	[
		limit([[1, 1], 5]),
		'`rateLimitRule[1]` must be [count, window] or {count, window, name?, cost?, countWhen?}, got 5',
	],
	[limit([0, 60]), '`rateLimitRule.count` must be a whole number from 1 to 1,000,000, got 0'],
	[limit([1.5, 60]), '`rateLimitRule.count` must be a whole number from 1 to 1,000,000, got 1.5'],
	[
		limit([Number.NaN, 60]),
		'`rateLimitRule.count` must be a whole number from 1 to 1,000,000, got NaN',
	],
	[
		limit([1_000_001, 60]),
		'`rateLimitRule.count` must be a whole number from 1 to 1,000,000, got 1000001',
	],
	[limit(['1', 60]), "`rateLimitRule.count` must be a whole number from 1 to 1,000,000, got '1'"],
	...[0, -1, Number.NaN, Infinity, 0.0004, '10', 'soon', '', '-5m', '46d', null, undefined].map(
		(window): [unknown, string] => [
			limit([1, window]),
			`\`rateLimitRule.window\` must be seconds above 0 or a duration such as '10m', at most 45 days, got ${typeof window === 'string' ? `'${window}'` : window}`,
		],
	),
	[
		limit([
			[1, 1],
			[1, 0],
		]),
		"`rateLimitRule[1].window` must be seconds above 0 or a duration such as '10m', at most 45 days, got 0",
	],
	[
		limit({count: 1}),
		"`rateLimitRule.window` must be seconds above 0 or a duration such as '10m', at most 45 days, got undefined",
	],
	[
		limit({count: 1, windows: 1}),
		'Unknown option `windows` of rateLimitRule; did you mean `window`?',
	],
	[
		limit({count: 1, window: 1, name: ''}),
		"`rateLimitRule.name` must be printable ASCII, 1 to 100 characters, got ''",
	],
	[
		limit({count: 1, window: 1, name: 'x'.repeat(101)}),
		`\`rateLimitRule.name\` must be printable ASCII, 1 to 100 characters, got '${'x'.repeat(80)}'... 21 more characters`,
	],
	[
		limit({count: 1, window: 1, name: 'grün'}),
		"`rateLimitRule.name` must be printable ASCII, 1 to 100 characters, got 'grün'",
	],
	[
		limit({count: 1, window: 1, name: 'a\nb'}),
		"`rateLimitRule.name` must be printable ASCII, 1 to 100 characters, got 'a\\nb'",
	],
	[
		limit([
			{count: 1, window: 1, name: 'a'},
			{count: 2, window: 2, name: 'a'},
		]),
		"`rateLimitRule` must give each rule its own name, got 'a' twice",
	],

	[
		ban([3, 60]),
		'`banRule` must be [count, window, duration] or {count, window, duration, forgetAfter?, name?}, got [ 3, 60 ]',
	],
	[
		ban([[3, 60, 600]]),
		'`banRule` must be [count, window, duration] or {count, window, duration, forgetAfter?, name?}, got [ [ 3, 60, 600 ] ]',
	],
	[
		ban([3, 60, 0]),
		"`banRule.duration` must be seconds above 0 or a duration such as '10m', got 0",
	],
	[
		ban(null),
		'`banRule` must be [count, window, duration] or {count, window, duration, forgetAfter?, name?}, got null',
	],

	[{headers: true}, "`headers` must be 'draft', 'legacy', 'both' or false, got true"],
	[{onStoreError: 'ignore'}, "`onStoreError` must be 'memory', 'open' or 'closed', got 'ignore'"],
	[
		{storeTimeout: 0},
		"`storeTimeout` must be seconds above 0 or a duration such as '10m', at most 1 minute, got 0",
	],
	[
		{storeTimeout: null},
		"`storeTimeout` must be seconds above 0 or a duration such as '10m', at most 1 minute, got null",
	],
	[
		{excludedMethods: 'OPTIONS'},
		"`excludedMethods` must be a list of HTTP methods such as ['OPTIONS'], got 'OPTIONS'",
	],
	[
		{excludedMethods: ['GET', 'OPTION']},
		"`excludedMethods[1]` must be an HTTP method that Node.js knows, got 'OPTION'",
	],
	[
		{ipHeader: ''},
		"`ipHeader` must be false, or the name of a header such as 'X-Forwarded-For', whose repeated lines Node.js joins, got ''",
	],
	[
		{ipHeader: 'X Y'},
		"`ipHeader` must be false, or the name of a header such as 'X-Forwarded-For', whose repeated lines Node.js joins, got 'X Y'",
	],
	[
		{ipHeader: true},
		"`ipHeader` must be false, or the name of a header such as 'X-Forwarded-For', whose repeated lines Node.js joins, got true",
	],
	...[1, 0, Number.NaN].map((hops): [unknown, string] => [
		{trustedProxies: hops},
		`\`trustedProxies\` must be a list of addresses, CIDRs and names, or an AddressList (a number of hops never checks who sends the header), got ${hops}`,
	]),
	...['loopback', null, true].map((proxies): [unknown, string] => [
		{trustedProxies: proxies},
		`\`trustedProxies\` must be a list of addresses, CIDRs and names, or an AddressList, got ${inspect(proxies)}`,
	]),
	[
		{trustedProxies: new Set(['loopback'])},
		'`trustedProxies` must be a list of addresses, CIDRs and names, or an AddressList, got Set',
	],
	...[1, 'unknown', 'no_address', 'unix:'].map((entry): [unknown, string] => [
		{trustedProxies: ['no-address', 'loopback', entry]},
		`\`trustedProxies[2]\` must be an address, a CIDR, 'loopback', 'linklocal', 'uniquelocal' or 'no-address', got ${inspect(entry)}`,
	]),
	[
		{allow: ['no-address']},
		"`allow[0]` must be an address, a CIDR, 'loopback', 'linklocal' or 'uniquelocal', got 'no-address'",
	],
	[
		{trustedProxies: ['10.0.0.0/255.0.0.0']},
		"`trustedProxies[0]` must be a CIDR with a prefix length such as 10.0.0.0/8, not a mask, got '10.0.0.0/255.0.0.0'",
	],
	...['From', 'host', 'Cookie'].map((ipHeader): [unknown, string] => [
		{ipHeader},
		`\`ipHeader\` must be false, or the name of a header such as 'X-Forwarded-For', whose repeated lines Node.js joins, got '${ipHeader}'`,
	]),
	...[31, 129, 64.5, '64', null, Number.NaN].map((prefix): [unknown, string] => [
		{ipv6Prefix: prefix},
		`\`ipv6Prefix\` must be a whole number of bits from 32 to 128, got ${prefix === '64' ? "'64'" : prefix}`,
	]),
	[{keySecret: ''}, '`keySecret` must be a string or bytes, not empty, got a string'],
	[
		{keySecret: new Uint8Array()},
		'`keySecret` must be a string or bytes, not empty, got Uint8Array',
	],
	[{keySecret: 5}, '`keySecret` must be a string or bytes, not empty, got a number'],
	[{keySecret: null}, '`keySecret` must be a string or bytes, not empty, got null'],
	...['allow', 'deny'].flatMap(
		(option): Array<[unknown, string]> => [
			[
				{[option]: '10.0.0.0/8'},
				`\`${option}\` must be a list of addresses and CIDRs, an AddressList, or a function of ctx, got '10.0.0.0/8'`,
			],
			[
				{[option]: null},
				`\`${option}\` must be a list of addresses and CIDRs, an AddressList, or a function of ctx, got null`,
			],
			[
				{[option]: ['10.0.0.1', 'localhost']},
				`\`${option}[1]\` must be an address, a CIDR, 'loopback', 'linklocal' or 'uniquelocal', got 'localhost'`,
			],
		],
	),
	[{key: 'user'}, '`key` must be a function of ctx, got a string'],
	[{onRefused: 'x'}, "`onRefused` must be a function of (ctx, refusal), got 'x'"],
	[
		{routers: router},
		'`routers` must be a list of routers of @koa/router or koa-router, version 11 or later, got ',
	],
	[
		{routers: [router.routes()]},
		'`routers` must be a list of routers of @koa/router or koa-router, version 11 or later, got ',
	],
	[{store: {}}, '`store` must be a store such as new MemoryStore(), got Object'],
	[
		limit({count: 1, window: 1, cost: 2}),
		'`rateLimitRule.cost` must be a whole number from 0 to 1, or a function of ctx, got 2',
	],
	[
		limit([{count: 5000, window: 1, cost: 1001}]),
		'`rateLimitRule[0].cost` must be a whole number from 0 to 1000, or a function of ctx, got 1001',
	],
	[
		limit({count: 5, window: 1, cost: -1}),
		'`rateLimitRule.cost` must be a whole number from 0 to 5, or a function of ctx, got -1',
	],
	[
		limit({count: 5, window: 1, cost: 0.5}),
		'`rateLimitRule.cost` must be a whole number from 0 to 5, or a function of ctx, got 0.5',
	],
	[
		limit({count: 10_001, window: 1, countWhen: [401]}),
		'`rateLimitRule.countWhen` needs a `count` of at most 10000, got 10001',
	],
	[
		limit({count: 1, window: 1, countWhen: [42]}),
		'`rateLimitRule.countWhen` must be a list of statuses such as [401], or a function of (ctx, status), got [ 42 ]',
	],
	[
		limit({count: 1, window: 1, countWhen: 401}),
		'`rateLimitRule.countWhen` must be a list of statuses such as [401], or a function of (ctx, status), got 401',
	],
	[{store: null}, '`store` must be a store such as new MemoryStore(), got null'],
	[
		{store: {...commandsOnly, giveBack: undefined, ranges: 5}},
		'`store` must have all methods of the interface `Store`, it lacks giveBack, ranges',
	],
	[
		{store: {...commandsOnly, shared: undefined}},
		'`store.shared` must be true or false, got undefined',
	],
	[
		{dryRun: true, store: {...commandsOnly, sibling: () => ({...commandsOnly, reset: 5})}},
		'`store.sibling()` must have all methods of the interface `Store`, it lacks reset',
	],
	[
		{dryRun: true, store: {...commandsOnly, sibling: async () => commandsOnly}},
		'`store.sibling()` must be a store such as new MemoryStore(), got Promise',
	],
	[
		{store: {admit() {}}},
		'`store` must have all methods of the interface `Store`, it lacks giveBack, report, ban, unban, reset, inspect, bans, banRange, unbanRange, ranges, sibling, close',
	],
	[
		Promise.resolve({rateLimitRule: [1, 60]}),
		'The options of gatekeeper() must be an object such as {rateLimitRule: [100, 60]}, got Promise',
	],
	[
		new Date(),
		'The options of gatekeeper() must be an object such as {rateLimitRule: [100, 60]}, got Date',
	],
	[
		new Map([['rateLimitRule', [1, 60]]]),
		'The options of gatekeeper() must be an object such as {rateLimitRule: [100, 60]}, got Map',
	],
	[
		limit(Object.assign(Array(3), {0: [2, 60], 2: [5, 1]})),
		'`rateLimitRule[1]` must be [count, window] or {count, window, name?, cost?, countWhen?}',
	],
	[
		{headers: Object.fromEntries(Array.from({length: 1000}, (_, index) => [index, 'x']))},
		"`headers` must be 'draft', 'legacy', 'both' or false, got {0, 1, 2, 3, 4, 5, 6, 7, …}",
	],
];

test('the greatest cost, and the greatest count with countWhen, are taken', t => {
	for (const rule of [
		{count: 5, window: 1, cost: 5},
		{count: 2000, window: 1, cost: 1000},
		{count: 10_000, window: 1, countWhen: [401]},
		{count: 1, window: 1, cost: 0},
	]) {
		t.notThrows(() => gatekeeper({rateLimitRule: rule}));
	}
});

test('a bad option fails at start-up, naming the option, the allowed values and the given one', t => {
	for (const [options, message] of bad) {
		const error = t.throws(() => gatekeeper(options as GatekeeperOptions), {
			instanceOf: TypeError,
		});
		t.true(error.message.startsWith(message), error.message);
	}
});

const good: readonly GatekeeperOptions[] = [
	{},
	{rateLimitRule: [1, 0.001]},
	{rateLimitRule: [1_000_000, '45d']},
	{rateLimitRule: {count: 1, window: '1.5 hours', name: ' ~'}},
	{rateLimitRule: [[1, 1], {count: 2, window: '2s'}]},
	{banRule: [1, '1m', Infinity]},
	{banRule: {count: 1, window: 1, duration: '10y', name: 'ban'}},
	{excludedMethods: ['options', 'Head']},
	{ipHeader: 'cf-connecting-ip', headers: false, onStoreError: 'closed', storeTimeout: '50ms'},
	{ipHeader: 'Forwarded', trustedProxies: [], ipv6Prefix: 32},
	{trustedProxies: ['loopback', '2001:db8::/32', '203.0.113.7'], ipv6Prefix: 128},
	{trustedProxies: ['no-address']},
	{trustedProxies: new AddressList([])},
	{allow: [], deny: new AddressList(['linklocal']), key: () => undefined},
	{allow: () => true, deny: async () => false, key: async ctx => ctx.get('X-User')},
	{routers: [router], onRefused: () => {}, store: new MemoryStore()},
];

test('good options are accepted', t => {
	for (const options of good) {
		t.notThrows(() => gatekeeper(options));
	}
});

test('an undefined option counts as absent', t => {
	t.notThrows(() =>
		gatekeeper({banRule: undefined, headers: undefined} as unknown as GatekeeperOptions),
	);
});

test('MemoryStore checks its options too', t => {
	t.throws(() => new MemoryStore({clock: 7} as unknown as object), {
		instanceOf: TypeError,
		message: '`clock` must be a function that returns milliseconds, got 7',
	});
	for (const time of [Number.NaN, undefined, -Infinity, 5n, '5']) {
		t.throws(() => new MemoryStore({clock: () => time} as unknown as object), {
			instanceOf: TypeError,
			message: /^`clock` must be a function that returns milliseconds, got /,
		});
	}

	t.throws(() => new MemoryStore({clocks: Date.now} as unknown as object), {
		instanceOf: TypeError,
		message: 'Unknown option `clocks` of MemoryStore(); did you mean `clock`?',
	});
});

test.serial(
	'a rejection of what a store says instead of whether it is shared is handled',
	async t => {
		const unhandled = unhandledRejections(t);
		const shared = Promise.reject(new Error('down'));

		t.throws(() => gatekeeper({store: {...commandsOnly, shared: shared as never}}), {
			message: '`store.shared` must be true or false, got Promise',
		});
		await setImmediate();
		t.deepEqual(unhandled, []);
	},
);

import {METHODS} from 'node:http';
import {milliseconds} from './duration.ts';
import {check, isFunction, isText, listOf, namedOptions, oneOf, optional} from './option-checks.ts';
import type {GatekeeperOptions, HeaderStyle, OnRefused} from './options.ts';
import {isRouter, type RouterLike} from './router.ts';
import {
	nameSeries,
	type Rule,
	type SettledBanRule,
	settleBanRule,
	settleLimitRules,
} from './rules.ts';
import {GuardedStore, type StoreErrorPolicy} from './stores/guarded-store.ts';
import {MemoryStore} from './stores/memory/memory-store.ts';
import type {Store} from './stores/store.ts';
import {type Warn, warner} from './warnings.ts';

/** The options as the chain reads them: checked, complete, times in milliseconds. */
export interface Settings {
	readonly banRule: SettledBanRule | undefined;
	readonly rules: readonly Rule[];
	/** In lower case. */
	readonly ipHeader: string | undefined;
	/** In upper case. */
	readonly excludedMethods: ReadonlySet<string>;
	readonly routers: readonly RouterLike[] | undefined;
	readonly headers: HeaderStyle;
	readonly onRefused: OnRefused | undefined;
	readonly storeTimeout: number;
	/** The store itself, for the operator's verbs, which reject when it fails. */
	readonly store: Store;
	/** The store under `onStoreError`, for decisions, which never fail. */
	readonly guarded: GuardedStore;
	readonly warn: Warn;
}

const LONGEST_TIMEOUT = 60_000;
const IP_HEADER =
	"a header's name such as 'X-Forwarded-For' (Forwarded, RFC 7239, is not read yet)";

const headerStyle = oneOf<HeaderStyle>('draft', 'legacy', 'both', false);
const storeErrorPolicy = oneOf<StoreErrorPolicy>('memory', 'open', 'closed');

const names = [
	'banRule',
	'rateLimitRule',
	'ipHeader',
	'excludedMethods',
	'routers',
	'headers',
	'onRefused',
	'onStoreError',
	'storeTimeout',
	'store',
] as const satisfies ReadonlyArray<keyof GatekeeperOptions>;

/** The names of unnamed global rules go on where the last gate on the same store ended. */
const globalNames = new WeakMap<object, () => string>();

/**
 * Checks the options of `gatekeeper()` and fills in the defaults.
 *
 * @throws {TypeError} naming the option, what is allowed and what came
 */
export function settle(options: unknown): Settings {
	const given = namedOptions(options, names, 'gatekeeper()');
	const {banRule, rateLimitRule, ipHeader, excludedMethods = [], routers, onRefused} = given;
	const {headers = 'draft', onStoreError = 'memory', store = new MemoryStore()} = given;
	const {storeTimeout: timeout = 0.5} = given;

	check(isStore, store, 'store', 'a store such as new MemoryStore()');
	check(headerStyle, headers, 'headers', "'draft', 'legacy', 'both' or false");
	check(storeErrorPolicy, onStoreError, 'onStoreError', "'memory', 'open' or 'closed'");
	check(listOf(isMethod), excludedMethods, 'excludedMethods', "a list such as ['OPTIONS']");
	check(optional(isHeaderName), ipHeader, 'ipHeader', IP_HEADER);
	check(optional(listOf(isRouter)), routers, 'routers', 'a list of @koa/router instances');
	check(optional(isOnRefused), onRefused, 'onRefused', 'a function of (ctx, refusal)');

	const storeTimeout = milliseconds(timeout, 'storeTimeout', LONGEST_TIMEOUT);
	const warn = warner();

	return {
		banRule: banRule === undefined ? undefined : settleBanRule(banRule, 'banRule'),
		rules:
			rateLimitRule === undefined
				? []
				: settleLimitRules(rateLimitRule, 'rateLimitRule', globalNamesOn(store)),
		ipHeader: ipHeader?.toLowerCase(),
		excludedMethods: new Set(excludedMethods.map(method => method.toUpperCase())),
		routers,
		headers,
		onRefused,
		storeTimeout,
		store,
		guarded: new GuardedStore(store, {policy: onStoreError, timeout: storeTimeout, warn}),
		warn,
	};
}

function globalNamesOn(store: Store): () => string {
	const series = globalNames.get(store) ?? nameSeries('global');
	globalNames.set(store, series);
	return series;
}

function isMethod(given: unknown): given is string {
	return isText(given) && METHODS.includes(given.toUpperCase());
}

/** A token of RFC 9110. `Forwarded` has a syntax of its own. */
function isHeaderName(given: unknown): given is string {
	return (
		isText(given) && /^[\w!#$%&'*+.^`|~-]+$/.test(given) && given.toLowerCase() !== 'forwarded'
	);
}

function isOnRefused(given: unknown): given is OnRefused {
	return isFunction(given);
}

function isStore(given: unknown): given is Store {
	const verbs = ['admit', 'report', 'ban', 'unban', 'reset', 'bans', 'close'];

	return (
		typeof given === 'object' &&
		given !== null &&
		verbs.every(verb => verb in given && isFunction(given[verb as keyof typeof given]))
	);
}

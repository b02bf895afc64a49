import type {KeyObject} from 'node:crypto';
import {typeName} from '../checks/describe.ts';
import {milliseconds} from '../checks/duration.ts';
import {
	check,
	checkList,
	isBoolean,
	isFunction,
	listOf,
	namedOptions,
	oneOf,
	optional,
} from '../checks/option-checks.ts';
import {isIpv6Prefix} from '../client/address/address.ts';
import type {AddressList} from '../client/address/address-list.ts';
import {settleProxies, type TrustedProxies} from '../client/trusted-proxies.ts';
import {isRouter, type RouterLike} from '../marks/router.ts';
import {processWide} from '../process-wide.ts';
import type {StoreErrorPolicy} from '../stores/guard/failure-policy.ts';
import type {GateStore} from '../stores/guard/gate-store.ts';
import {guard} from '../stores/guard/guard.ts';
import {MemoryStore} from '../stores/memory/memory-store.ts';
import type {SettledBanRule} from '../stores/rule.ts';
import type {Store} from '../stores/store.ts';
import {observeStore} from '../telemetry/observe-store.ts';
import {Telemetry} from '../telemetry/telemetry.ts';
import {type Warn, warnEachTime, warner} from '../warnings.ts';
import {settleBanRule} from './ban-rule.ts';
import {checkStore, siblingOf} from './check-store.ts';
import {foreignOptions} from './foreign-names.ts';
import {settleLimits} from './limit-rules.ts';
import {type LimitSource, noLimits} from './limits.ts';
import {type NextName, nameSeries} from './name-series.ts';
import {
	checkReportWhen,
	isIpHeader,
	isMethod,
	isSecret,
	refuseKoasOwn,
	secretKey,
	settleListing,
} from './option-values.ts';
import type {
	ClientTest,
	GatekeeperOptions,
	HeaderStyle,
	KeyOf,
	OnRefused,
	ReportWhen,
} from './options.ts';

/** The options as the chain reads them: checked and complete, with times in milliseconds. */
export interface Settings {
	readonly banRule: SettledBanRule | undefined;
	readonly reportWhen: ReportWhen | undefined;
	readonly limits: LimitSource;
	/** In lower case; false if no proxy names clients. */
	readonly ipHeader: string | false | undefined;
	readonly proxies: TrustedProxies;
	readonly ipv6Prefix: number;
	readonly allow: AddressList | ClientTest | undefined;
	readonly deny: AddressList | ClientTest | undefined;
	readonly key: KeyOf | undefined;
	readonly keySecret: KeyObject | undefined;
	/** In upper case. */
	readonly excludedMethods: ReadonlySet<string>;
	readonly routers: readonly RouterLike[] | undefined;
	readonly headers: HeaderStyle;
	/** Nothing is refused, and no field is set. */
	readonly dryRun: boolean;
	readonly onRefused: OnRefused | undefined;
	/** The store, under `onStoreError`. */
	readonly store: GateStore;
	readonly warn: Warn;
	readonly telemetry: Telemetry;
}

/** Milliseconds. */
const MAX_TIMEOUT = 60_000;
const headerStyle = oneOf<HeaderStyle>('draft', 'legacy', 'both', false);
const storeErrorPolicy = oneOf<StoreErrorPolicy>('memory', 'open', 'closed');

const names = [
	'banRule',
	'reportWhen',
	'rateLimitRule',
	'ipHeader',
	'trustedProxies',
	'ipv6Prefix',
	'allow',
	'deny',
	'key',
	'keySecret',
	'excludedMethods',
	'routers',
	'headers',
	'onRefused',
	'onStoreError',
	'storeTimeout',
	'store',
	'dryRun',
] as const satisfies ReadonlyArray<keyof GatekeeperOptions>;

/** The names of unnamed global rules continue where the last gate on the same store ended. */
const globalNames = processWide('globalNames', () => new WeakMap<object, NextName>());

/**
 * Checks the options of `gatekeeper()` and fills in the defaults.
 *
 * @throws {TypeError} naming the option, what is allowed and what was given
 */
export function settle(options: unknown): Settings {
	refuseKoasOwn(options);
	const given = namedOptions(options, names, 'gatekeeper()', {
		example: '{rateLimitRule: [100, 60]}',
		foreign: foreignOptions,
	});
	const {banRule, rateLimitRule, ipHeader, excludedMethods = [], routers, onRefused} = given;
	const {headers = 'draft', onStoreError = 'memory', store = new MemoryStore()} = given;
	const {
		storeTimeout: timeout = 0.5,
		ipv6Prefix = 64,
		key,
		keySecret,
		reportWhen,
		dryRun = false,
	} = given;

	checkStore(store, 'store');
	check(isBoolean, dryRun, 'dryRun', 'true or false');
	const used = dryRun ? siblingOf(store) : store;
	check(headerStyle, headers, 'headers', "'draft', 'legacy', 'both' or false");
	check(storeErrorPolicy, onStoreError, 'onStoreError', "'memory', 'open' or 'closed'");
	checkList(isMethod, excludedMethods, 'excludedMethods', {
		list: "a list of HTTP methods such as ['OPTIONS']",
		item: 'an HTTP method that Node.js knows',
	});
	check(
		optional(isIpHeader),
		ipHeader,
		'ipHeader',
		"false, or the name of a header such as 'X-Forwarded-For', whose repeated lines Node.js joins",
	);
	check(isIpv6Prefix, ipv6Prefix, 'ipv6Prefix', 'a whole number of bits from 32 to 128');
	check(optional(isFunction<KeyOf>), key, 'key', 'a function of ctx', typeName);
	check(optional(isSecret), keySecret, 'keySecret', 'a string or bytes, not empty', typeName);
	check(
		optional(listOf(isRouter)),
		routers,
		'routers',
		'a list of routers of @koa/router or koa-router, version 11 or later',
	);
	checkReportWhen(reportWhen, banRule);
	check(optional(isFunction<OnRefused>), onRefused, 'onRefused', 'a function of (ctx, refusal)');

	const storeTimeout = milliseconds(timeout, 'storeTimeout', MAX_TIMEOUT);
	const telemetry = new Telemetry();

	return {
		banRule: banRule === undefined ? undefined : settleBanRule(banRule, 'banRule'),
		reportWhen,
		limits:
			rateLimitRule === undefined
				? noLimits
				: settleLimits(rateLimitRule, {
						option: 'rateLimitRule',
						nextName: globalNamesOn(used),
						warn: warnEachTime,
						isFixed: true,
					}),
		ipHeader: typeof ipHeader === 'string' ? ipHeader.toLowerCase() : ipHeader,
		proxies: settleProxies(given.trustedProxies),
		ipv6Prefix,
		allow: settleListing(given.allow, 'allow'),
		deny: settleListing(given.deny, 'deny'),
		key,
		keySecret: keySecret === undefined ? undefined : secretKey(keySecret),
		excludedMethods: new Set(excludedMethods.map(method => method.toUpperCase())),
		routers,
		headers: dryRun ? false : headers,
		dryRun,
		onRefused,
		store: guard(used, {
			policy: onStoreError,
			timeout: storeTimeout,
			observer: observeStore(onStoreError, telemetry),
		}),
		warn: warner(),
		telemetry,
	};
}

function globalNamesOn(store: Store): NextName {
	const series = globalNames.get(store) ?? nameSeries('global');
	globalNames.set(store, series);
	return series;
}

import {createSecretKey, type KeyObject} from 'node:crypto';
import {METHODS} from 'node:http';
import {types} from 'node:util';
import {badOption, check, isFunction, isText, optional} from '../checks/option-checks.ts';
import {isStatuses} from '../checks/statuses.ts';
import {AddressList} from '../client/address/address-list.ts';
import {isHeaderName} from '../client/forwarding-header/header-name.ts';
import type {ClientTest, ReportWhen} from './options.ts';

/** What Koa passes to a middleware, and an app, are objects too. */
export function refuseKoasOwn(options: unknown): void {
	if (typeof options !== 'object' || options === null) {
		return;
	}

	if ('req' in options && 'res' in options) {
		throw new TypeError('Write app.use(gatekeeper({…})), not app.use(gatekeeper)');
	}

	if ('middleware' in options && 'use' in options) {
		throw new TypeError('Write app.use(gatekeeper({…})): gatekeeper() does not take the app');
	}
}

/** @throws {TypeError} naming the option */
export function settleListing(
	given: unknown,
	option: string,
): AddressList | ClientTest | undefined {
	if (given === undefined || AddressList.isOne(given) || isFunction<ClientTest>(given)) {
		return given;
	}

	if (!Array.isArray(given)) {
		throw badOption(
			option,
			'a list of addresses and CIDRs, an AddressList, or a function of ctx',
			given,
		);
	}

	return new AddressList(given, option);
}

export function isIpHeader(given: unknown): given is string | false {
	return given === false || isHeaderName(given);
}

export function isSecret(given: unknown): given is string | Uint8Array {
	return (isText(given) || types.isUint8Array(given)) && given.length > 0;
}

/** A copy that no log shows: the settings are within reach of code that logs a gate or `ctx.state`. */
export function secretKey(secret: string | Uint8Array): KeyObject {
	return createSecretKey(Buffer.from(secret));
}

export function isMethod(given: unknown): given is string {
	return isText(given) && METHODS.includes(given.toUpperCase());
}

/** @throws {TypeError} for anything but statuses or a function, and without a ban rule: it would count nothing */
export function checkReportWhen(
	given: unknown,
	banRule: unknown,
): asserts given is ReportWhen | undefined {
	check(
		optional(isReportWhen),
		given,
		'reportWhen',
		'a list of statuses such as [401, 404], or a function of (ctx, status)',
	);
	if (given !== undefined && banRule === undefined) {
		throw new TypeError('`reportWhen` needs a `banRule`: without one, no report counts');
	}
}

function isReportWhen(given: unknown): given is ReportWhen {
	return isFunction<Extract<ReportWhen, (...args: never[]) => unknown>>(given) || isStatuses(given);
}

import {createSecretKey, type KeyObject} from 'node:crypto';
import {METHODS} from 'node:http';
import {types} from 'node:util';
import {badOption, isFunction, isText, listOf} from '../checks/option-checks.ts';
import {AddressList} from '../client/address/address-list.ts';
import {isHeaderName} from '../client/forwarding-header/header-name.ts';
import type {Store} from '../stores/store.ts';
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

export function isReportWhen(given: unknown): given is ReportWhen {
	return isFunction<Extract<ReportWhen, (...args: never[]) => unknown>>(given) || isStatuses(given);
}

const isStatuses = listOf(isStatus);

function isStatus(given: unknown): given is number {
	return Number.isInteger(given) && Number(given) >= 100 && Number(given) <= 599;
}

export function isStore(given: unknown): given is Store {
	const methods = ['admit', 'report', 'ban', 'unban', 'reset', 'bans', 'close'];

	return (
		typeof given === 'object' &&
		given !== null &&
		methods.every(name => name in given && isFunction(given[name as keyof typeof given]))
	);
}

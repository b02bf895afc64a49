import type {Context, Middleware} from 'koa';
import type {Address} from '../client/address/address.ts';
import {AddressList} from '../client/address/address-list.ts';
import {isUnreadable} from '../client/identity.ts';
import {andThen, type MaybePromise} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentState} from '../request-state.ts';
import {refuse} from '../response/refuse.ts';

/** Refuses denied clients with 403, and exempts allowed ones from everything that follows. */
export function allowDeny({allow, deny}: Settings): Middleware | undefined {
	if (allow === undefined && deny === undefined) {
		return undefined;
	}

	return function allowDeny(ctx, next) {
		const state = currentState(ctx);
		const {address, end} = state.identity;
		// If the header is unreadable, the address is a proxy's: `allow` must not match it.
		const allowed = isUnreadable(end) ? undefined : allow;

		return andThen(isOn(deny, address, ctx), isDenied => {
			if (isDenied) {
				return refuse(ctx, state, {kind: 'denied'});
			}

			return andThen(isOn(allowed, address, ctx), isAllowed => {
				if (isAllowed) {
					state.exemption = 'allowed';
				}

				return next();
			});
		});
	};
}

function isOn(
	list: Settings['allow'],
	address: Address | undefined,
	ctx: Context,
): MaybePromise<boolean> {
	if (AddressList.isOne(list)) {
		return address !== undefined && list.covers(address);
	}

	return list?.(ctx) ?? false;
}

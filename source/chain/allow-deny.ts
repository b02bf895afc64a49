import type {Context, Middleware} from 'koa';
import type {Address} from '../client/address.ts';
import {AddressList} from '../client/address-list.ts';
import {isUnreadable} from '../client/identity.ts';
import {whenAnswered} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentPassage} from '../request-state.ts';
import {refuse} from '../response/refuse.ts';

/**
 * Refuses the denied with 403, at once, and exempts the allowed from all that follows. Without lists
 * there is nothing to do.
 */
export function screen({allow, deny}: Settings): Middleware | undefined {
	if (allow === undefined && deny === undefined) {
		return undefined;
	}

	return function screen(ctx, next) {
		const passage = currentPassage(ctx);
		const {address, end} = passage.identity;
		// Of a header that cannot be read, the address is a proxy's: no reason to let the request in.
		const allowed = isUnreadable(end) ? undefined : allow;

		return whenAnswered(isOn(deny, address, ctx), isDenied =>
			isDenied
				? refuse(ctx, passage, {kind: 'denied'})
				: whenAnswered(isOn(allowed, address, ctx), isAllowed => {
						if (isAllowed) {
							passage.exemption = 'allowed';
						}

						return next();
					}),
		);
	};
}

function isOn(
	list: Settings['allow'],
	address: Address | undefined,
	ctx: Context,
): boolean | Promise<boolean> {
	if (list instanceof AddressList) {
		return address !== undefined && list.covers(address);
	}

	return list?.(ctx) ?? false;
}

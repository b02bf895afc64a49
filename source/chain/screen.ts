import type {Context, Middleware} from 'koa';
import {AddressList} from '../client/address-list.ts';
import type {ClientTest} from '../options.ts';
import type {Settings} from '../settings.ts';
import {whenAnswered} from '../stores/when-answered.ts';
import {currentPassage, type Passage} from './passage.ts';
import {refuse} from './refuse.ts';

/** Refuses the denied with 403, at once, and exempts the allowed from all that follows. */
export function screen({allow, deny}: Settings): Middleware {
	return function screen(ctx, next) {
		const passage = currentPassage(ctx);

		return whenAnswered(isDenied(passage, ctx, deny), denied =>
			denied
				? refuse(ctx, passage, {kind: 'denied'})
				: whenAnswered(isAllowed(passage, ctx, allow), allowed => {
						passage.exemption = allowed ? 'allowed' : undefined;
						return next();
					}),
		);
	};
}

type Listing = AddressList | ClientTest | undefined;

function isDenied({address}: Passage, ctx: Context, deny: Listing): boolean | Promise<boolean> {
	return deny instanceof AddressList
		? address !== undefined && deny.covers(address)
		: (deny?.(ctx) ?? false);
}

/** Where a header names nobody whom one can read, the address is a proxy's: no reason to let it in. */
function isAllowed(passage: Passage, ctx: Context, allow: Listing): boolean | Promise<boolean> {
	const {address, immune, forwarded} = passage;
	const isDoubtful = immune && forwarded !== undefined;

	return allow instanceof AddressList
		? address !== undefined && !isDoubtful && allow.covers(address)
		: (allow?.(ctx) ?? false);
}

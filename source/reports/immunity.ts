import {AddressList} from '../client/address/address-list.ts';
import type {NamedClient} from '../client/client-name.ts';
import {isNobody} from '../client/key.ts';
import type {Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {RequestState} from '../request-state.ts';

/** Why no ban may hold a client. */
export type Immunity = Exclude<Standing['immune'], 'no-gate' | 'no-ban-rule' | undefined>;

/** The immunity of a client that an operator or a handler named, if it is immune. */
export function immunityOf(
	{client, range}: NamedClient,
	{allow}: Pick<Settings, 'allow'>,
): Immunity | undefined {
	if (isNobody(client)) {
		return 'no-client';
	}

	return range && AddressList.isOne(allow) && allow.covers(range.first, range.last)
		? 'allowed'
		: undefined;
}

/** The immunity of a request's own client, if it is immune. */
export function immunityOfRequest({
	exemption,
	immune,
	isUnseenProxy,
}: RequestState): Immunity | undefined {
	if (exemption === 'allowed') {
		return 'allowed';
	}

	return immune || isUnseenProxy ? 'no-client' : undefined;
}

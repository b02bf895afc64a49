import type {Middleware} from 'koa';
import {userKey} from '../client/user-key.ts';
import {andThen} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentState} from '../request-state.ts';

/** Identifies the client by the user's `key` in place of its address, if there is a `key`. */
export function applyKey(settings: Settings): Middleware | undefined {
	const {key} = settings;
	if (key === undefined) {
		return undefined;
	}

	return function applyKey(ctx, next) {
		const state = currentState(ctx);
		if (state.exemption === 'allowed') {
			return next();
		}

		return andThen(key(ctx), given => {
			const client = userKey('key', given, settings);
			if (client !== undefined) {
				state.client = client;
				state.immune = false;
				state.isUnseenProxy = false;
			}

			return next();
		});
	};
}

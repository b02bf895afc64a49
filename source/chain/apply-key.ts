import type {Middleware} from 'koa';
import {keyFor} from '../client/user-key.ts';
import {whenAnswered} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentPassage} from '../request-state.ts';

/** Knows the client by the key that the user gives it, in place of its address, if there is a `key`. */
export function rekey(settings: Settings): Middleware | undefined {
	const {key} = settings;
	if (key === undefined) {
		return undefined;
	}

	return function rekey(ctx, next) {
		const passage = currentPassage(ctx);
		if (passage.exemption === 'allowed') {
			return next();
		}

		return whenAnswered(key(ctx), given => {
			const client = keyFor('key', given, settings);
			if (client !== undefined) {
				passage.client = client;
				passage.namesNobody = false;
			}

			return next();
		});
	};
}

import type {Context} from 'koa';
import {milliseconds, secondsLeft} from '../checks/duration.ts';
import {namedOptions} from '../checks/option-checks.ts';
import type {BanOptions, Standing} from '../context.ts';
import {noteBan} from '../marks/distrust.ts';
import type {RequestState} from '../request-state.ts';
import {immunityOfRequest} from './immunity.ts';
import {neverUnhandled} from './never-unhandled.ts';
import {reasonGiven} from './reason-given.ts';

/**
 * `ctx.ban()` of one request. A handler need not await it: the response waits for it, and its promise is never an
 * unhandled rejection. A warning reports bad options.
 *
 * @param innermost as for `ctxReport`
 */
export function ctxBan(
	ctx: Context,
	state: RequestState,
	options: BanOptions = {},
	innermost: RequestState = state,
): Promise<Standing> {
	state.speakFrom(innermost);

	return neverUnhandled(ban(ctx, state, options), cause =>
		state.settings.warn('GATEKEEPER_BAD_BAN', `had no effect: ${cause}`),
	);
}

async function ban(ctx: Context, state: RequestState, options: BanOptions): Promise<Standing> {
	// An error is what `promise.catch(ctx.ban)` passes.
	const given = options instanceof Error ? {} : options;
	const {duration, reason} = namedOptions(given, ['duration', 'reason'], 'ctx.ban()', {
		example: "{duration: '10m'}",
	});
	const {settings, client} = state;
	const lasts = durationOf(duration, state);
	const immune = immunityOfRequest(state);
	if (immune !== undefined) {
		return {reports: 0, banned: false, immune};
	}

	const text = reasonGiven(reason, problem =>
		settings.warn('GATEKEEPER_BAD_BAN', `took effect ${problem}`),
	);
	const banning = settings.store.ban(client, {duration: lasts, isTrap: true, ...text});
	state.waitFor(banning);
	const {banEndsInMs: endsInMs} = await banning;
	noteBan(state, endsInMs);
	// One that ends later was there before, and stays.
	if (endsInMs <= lasts) {
		settings.telemetry.banned({client, by: 'hand', ...text, endsInMs}, ctx);
	}

	return {reports: 0, banned: true, retryAfter: secondsLeft(endsInMs)};
}

/** @throws {TypeError} for a bad duration, or if there is none */
function durationOf(given: unknown, {settings: {banRule}}: RequestState): number {
	if (given !== undefined) {
		return milliseconds(given, 'duration', Infinity);
	}

	if (banRule === undefined) {
		throw new TypeError(
			"`ctx.ban()` needs a `duration` such as {duration: '10m'}, since the gate has no `banRule`",
		);
	}

	return banRule.durations[0];
}

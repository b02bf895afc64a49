import type {Context, DefaultState, Middleware} from 'koa';
import type {Gatekeeper} from '../gatekeeper.ts';
import {isAuthorized} from './authorize.ts';
import {postChange} from './changes/post-change.ts';
import {observe} from './observations/observations.ts';
import {checkGate, type DashboardOptions, settleOptions} from './options.ts';
import {gatherData, type Subject} from './response/gather-data.ts';
import {protect} from './response/protect.ts';
import {asksForJson, sendAsset, sendJson, sendPage, sendText} from './response/respond.ts';
import {stateAt} from './state-at.ts';

/**
 * Returns a middleware that shows what a gate does in this process, and lets operators ban and unban clients. Mount it
 * below any path: it responds to every request that reaches it, and calls nothing after it.
 *
 * @throws {TypeError} for bad options, and without `authorize`: it names the option, what is allowed and what was given
 *
 * @example
 * router.all('/gate', dashboard(gate, {authorize: ctx => ctx.state.user?.role === 'admin'}));
 */
export function dashboard<State = DefaultState>(
	gate: Gatekeeper,
	options: DashboardOptions<State>,
): Middleware {
	checkGate(gate);
	const {authorize, title} = settleOptions(options);
	const subject = {title, gate, observations: observe(gate)};

	return async function dashboard(ctx) {
		if (!(await isAuthorized(ctx, authorize))) {
			return;
		}

		// An open page asks every two seconds: it would show visitors where there are none.
		const own = stateAt(gate, ctx);
		if (own !== undefined) {
			subject.observations.history.leaveOut(own);
		}

		protect(ctx);
		switch (ctx.method) {
			case 'GET':
			case 'HEAD':
				await show(ctx, subject);
				break;
			case 'POST':
				await postChange(ctx, subject);
				break;
			default:
				ctx.set('Allow', 'GET, HEAD, POST');
				sendText(ctx, 405, 'The page takes GET, HEAD and POST.');
		}
	};
}

/** Changes nothing. */
async function show(ctx: Context, subject: Subject): Promise<void> {
	const asset = new URLSearchParams(ctx.querystring).get('asset');
	if (asset !== null) {
		sendAsset(ctx, asset);
	} else if (asksForJson(ctx)) {
		sendJson(ctx, 200, await gatherData(ctx, subject));
	} else {
		await sendPage(ctx, 200, subject);
	}
}

import type {Context, Middleware} from 'koa';
import {type Authorize, isAuthorized} from './authorize.ts';
import {postChange} from './changes/post-change.ts';
import {gatherData, type Subject, searchIn} from './response/gather-data.ts';
import {protect} from './response/protect.ts';
import {asksForJson, sendAsset, sendJson, sendPage, sendText} from './response/respond.ts';
import {stateAt} from './state-at.ts';

/** Responds to every request of those who are authorized. */
export function servePage(subject: Subject, authorize: Authorize): Middleware {
	const {gate, observations} = subject;

	return async function dashboard(ctx) {
		if (!(await isAuthorized(ctx, authorize))) {
			return;
		}

		// An open page asks every two seconds: it would show visitors where there are none.
		const own = stateAt(gate, ctx);
		if (own !== undefined) {
			observations.history.leaveOut(own);
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
	const query = new URLSearchParams(ctx.querystring);
	const asset = query.get('asset');
	if (asset !== null) {
		sendAsset(ctx, asset);
	} else if (asksForJson(ctx)) {
		sendJson(ctx, 200, await gatherData(ctx, subject));
	} else {
		// A link of a client's card leads to the form with the client in it.
		const form = {action: 'ban', given: {client: searchIn(ctx)}} as const;
		await sendPage(ctx, 200, subject, query.has('ban') ? form : undefined);
	}
}

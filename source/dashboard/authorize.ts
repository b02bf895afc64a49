import type {Context} from 'koa';
import {typeName} from '../checks/describe.ts';
import {ownStatusOf} from '../response/error-status.ts';
import {dropLongPreferences} from '../response/negotiate.ts';
import {emitError} from '../telemetry/emit-error.ts';

/** Whether a request may see and change everything; it may respond itself. */
export type Authorize<Ctx = Context> = (ctx: Ctx) => boolean | Promise<boolean>;

/**
 * Asks whether a request may go on. If it may not, it has its response: that of `authorize`, if it has set one, or a 404
 * as if there were no page.
 *
 * @throws what `authorize` throws with a status from 400 to 499: it is the user's response
 */
export async function isAuthorized(ctx: Context, authorize: Authorize): Promise<boolean> {
	const before = {
		status: ctx.status,
		body: ctx.body,
		fields: new Set(ctx.res.getHeaderNames()),
	};
	// A redirect negotiates, which takes long for a long header; and no ban keeps a client from here.
	dropLongPreferences(ctx);
	try {
		const answer: unknown = await authorize(ctx);
		if (answer === true) {
			return true;
		}

		// A promise, or a user that was not compared with anything, must not open the page.
		if (answer) {
			emitError(
				ctx,
				new TypeError(
					`\`authorize\` of dashboard() must return true or false, got ${typeName(answer)}`,
				),
			);
		}
	} catch (error) {
		if (isForClient(error)) {
			throw error;
		}

		emitError(ctx, error);
		undo(ctx, before);
	}

	return false;
}

function isForClient(error: unknown): boolean {
	const status = ownStatusOf(error);

	return status !== undefined && status >= 400 && status < 500;
}

/** Takes back what `authorize` had set before it failed. The type goes first: a JSON one would make a body of nothing. */
function undo(
	ctx: Context,
	{
		status,
		body,
		fields,
	}: {readonly status: number; readonly body: unknown; readonly fields: Set<string>},
): void {
	for (const field of ctx.res.getHeaderNames()) {
		if (!fields.has(field)) {
			ctx.remove(field);
		}
	}

	if (ctx.body !== body) {
		ctx.body = body;
	}

	ctx.status = status;
}

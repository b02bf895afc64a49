import type {Context} from 'koa';
import type {ChangeResult} from '../json/dashboard-json.ts';
import type {Subject} from '../response/gather-data.ts';
import {asksForJson, sendJson, sendPage, sendText} from '../response/respond.ts';
import {searchText} from '../text/search-text.ts';
import {makeChange} from './make-change.ts';
import {isAction, readChange} from './read-change.ts';
import {readFields} from './read-fields.ts';
import {isSameOrigin, originNeeded} from './same-origin.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Bans, unbans or resets a client, for a form of the page or for a script. */
export async function postChange(ctx: Context, subject: Subject): Promise<void> {
	if (!isSameOrigin(ctx)) {
		sendText(ctx, 403, originNeeded);
		return;
	}

	const read = await readFields(ctx);
	if ('message' in read) {
		const {status, message} = read;
		await respond(ctx, subject, status, {error: {field: 'action', message}}, {});
		return;
	}

	const wanted = readChange(read.fields);
	const outcome =
		'error' in wanted
			? {status: 400, error: wanted.error}
			: await makeChange(subject.gate, subject.observations, wanted);
	const {status, ...result} = {status: 200, ...outcome};
	await respond(ctx, subject, status, {...namedIn(read.fields), ...result}, read.fields);
}

/** What was asked for, as far as it is known. */
function namedIn({action, client}: Fields): Pick<ChangeResult, 'action' | 'client'> {
	return {
		...(isAction(action) && {action}),
		...(typeof client === 'string' && {client}),
	};
}

/**
 * A page that has changed something is asked for anew, so that to reload it changes nothing. It then shows how the client
 * stands.
 */
async function respond(
	ctx: Context,
	subject: Subject,
	status: number,
	result: ChangeResult,
	fields: Fields,
): Promise<void> {
	if (asksForJson(ctx)) {
		sendJson(ctx, status, result);
	} else if (status === 200) {
		ctx.status = 303;
		ctx.set('Location', `?${new URLSearchParams({client: nameOf(fields)})}`);
	} else {
		await sendPage(ctx, status, subject, {...result, given: textsIn(fields)});
	}
}

/** The client as it is searched for. */
function nameOf({client, kind}: Fields): string {
	return searchText(kind === 'key' ? `key:${client}` : String(client));
}

function textsIn(fields: Fields): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(fields).filter(
			(entry): entry is [string, string] => typeof entry[1] === 'string',
		),
	);
}

import type {IncomingMessage} from 'node:http';
import type {Context} from 'koa';
import {bodyType, JSON_TYPE} from '../response/respond.ts';
import {MAX_BODY, readBody, tooLarge} from './read-body.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The fields of a form, whose values may be anything; or why they could not be read. */
export type FieldsRead =
	| {readonly fields: Readonly<Record<string, unknown>>}
	| {readonly status: 400 | 413 | 415; readonly message: string};

/** Reads a form as JSON or urlencoded, also where a body parser has read it before. */
export async function readFields(ctx: Context): Promise<FieldsRead> {
	const type = bodyType(ctx);
	const encoding = ctx.get('Content-Encoding');
	if ((type !== JSON_TYPE && type !== FORM_TYPE) || !/^(?:identity)?$/i.test(encoding)) {
		return {
			status: 415,
			message: `Send the fields as ${JSON_TYPE} or ${FORM_TYPE}, without a Content-Encoding.`,
		};
	}

	const parsed = 'body' in ctx.request ? ctx.request.body : undefined;
	if (isFields(parsed) && !isLeftUnread(parsed, ctx.req)) {
		return JSON.stringify(parsed).length > MAX_BODY ? tooLarge : {fields: parsed};
	}

	const body = await bodyText(parsed, ctx.req);
	if (typeof body !== 'string') {
		return body;
	}

	const fields = type === FORM_TYPE ? fieldsOfForm(body) : fieldsOfJson(body);
	return fields === undefined ? {status: 400, message: 'The body is not a JSON object.'} : {fields};
}

/** A body parser may leave a text. */
function bodyText(parsed: unknown, req: IncomingMessage): string | ReturnType<typeof readBody> {
	if (typeof parsed !== 'string') {
		return readBody(req);
	}

	return parsed.length > MAX_BODY ? Promise.resolve(tooLarge) : parsed;
}

function fieldsOfJson(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const fields: unknown = JSON.parse(text);
		return isFields(fields) ? fields : undefined;
	} catch {
		return undefined;
	}
}

const repeated: readonly string[] = [];

/** A field that stands twice is a list. */
function fieldsOfForm(text: string): Readonly<Record<string, unknown>> {
	const fields = new Map<string, string | readonly string[]>();
	for (const [name, value] of new URLSearchParams(text)) {
		const first = fields.get(name);
		fields.set(name, first === undefined ? value : repeated);
	}

	return Object.fromEntries(fields);
}

/** A parser that does not take the type leaves no fields, and the body where it is. */
function isLeftUnread(parsed: object, req: IncomingMessage): boolean {
	return Object.keys(parsed).length === 0 && !req.readableEnded;
}

function isFields(given: unknown): given is Readonly<Record<string, unknown>> {
	return typeof given === 'object' && given !== null && !Array.isArray(given);
}

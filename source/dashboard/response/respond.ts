import type {Context} from 'koa';
import type {ShownResult} from '../view/ban-form.ts';
import {renderPage} from '../view/page.ts';
import {assets} from './assets.ts';
import {gatherData, type Subject} from './gather-data.ts';

export const JSON_TYPE = 'application/json';

/** The media type of the body, which is written in any case. */
export function bodyType(ctx: Context): string {
	return ctx.request.type.toLowerCase();
}

/** Whether a request asks for JSON: by its query, or by a body that is JSON. */
export function asksForJson(ctx: Context): boolean {
	return (
		bodyType(ctx) === JSON_TYPE || new URLSearchParams(ctx.querystring).get('format') === 'json'
	);
}

export function sendJson(ctx: Context, status: number, value: unknown): void {
	ctx.status = status;
	ctx.type = 'application/json';
	ctx.body = JSON.stringify(value);
}

/** @param result what came of a form that was sent without a script */
export async function sendPage(
	ctx: Context,
	status: number,
	subject: Subject,
	result?: ShownResult,
): Promise<void> {
	const data = await gatherData(ctx, subject);
	const {script, style, icon} = assets;
	const names = {script: script.name, style: style.name, icon: icon.name};
	ctx.status = status;
	ctx.type = 'text/html; charset=utf-8';
	ctx.body = renderPage(data, names, result);
}

/** Sends a file that the page loads. Its name has a hash of its content. */
export function sendAsset(ctx: Context, name: string): void {
	const asset = Object.values(assets).find(one => one.name === name);
	if (asset === undefined) {
		sendText(ctx, 404, 'There is no such file.');
		return;
	}

	ctx.status = 200;
	ctx.set('Cache-Control', 'private, max-age=31536000, immutable');
	ctx.type = asset.type;
	ctx.body = asset.text;
}

/** Sends a sentence. A script gets it as JSON, as the error of a change. */
export function sendText(ctx: Context, status: number, message: string): void {
	if (asksForJson(ctx)) {
		sendJson(ctx, status, {error: {field: 'action', message}});
	} else {
		ctx.status = status;
		ctx.type = 'text/plain; charset=utf-8';
		ctx.body = `${message}\n`;
	}
}

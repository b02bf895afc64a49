import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {ExecutionContext} from 'ava';
import {durationNeeded} from '../../../source/dashboard/changes/explain-error.ts';
import {readChange} from '../../../source/dashboard/changes/read-change.ts';
import type {
	BanEntry,
	ChangeResult,
	DashboardData,
} from '../../../source/dashboard/json/dashboard-json.ts';
import {assets} from '../../../source/dashboard/response/assets.ts';
import {policy} from '../../../source/dashboard/response/protect.ts';
import type {ShownResult} from '../../../source/dashboard/view/ban-form.ts';
import {renderPage} from '../../../source/dashboard/view/page.ts';
import {portOf} from '../servers.ts';

/** Serves the page for data that a test changes, without a gate. */
export interface PageServer {
	readonly url: string;
	/** What the page shows. */
	data: DashboardData;
	/** How questions for data are answered from now on; 200 by default. */
	status: number;
	/** The queries of all questions for data. */
	readonly questions: string[];
	/** The fields of all changes. */
	readonly changes: Array<Record<string, string>>;
	/** What a change comes to. */
	answer(fields: Record<string, string>): ChangeResult | Promise<ChangeResult>;
}

export async function servePage(t: ExecutionContext, data: DashboardData): Promise<PageServer> {
	const server = createServer((req, res) => void respond(req, res));
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});

	const served: PageServer = {
		url: `http://127.0.0.1:${portOf(server)}/admin`,
		data,
		status: 200,
		questions: [],
		changes: [],
		answer: fields => changed(served, fields),
	};

	async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
		const {searchParams} = new URL(req.url ?? '', served.url);
		res.setHeader('Content-Security-Policy', policy);
		if (req.method === 'POST') {
			return change(req, res);
		}

		const asset = Object.values(assets).find(({name}) => name === searchParams.get('asset'));
		if (asset !== undefined) {
			return send(res, 200, asset.type, asset.text);
		}

		if (searchParams.get('format') === 'json') {
			served.questions.push(searchParams.get('client') ?? '');
			if (served.status === 302) {
				res.setHeader('Location', '/sign-in');
			}

			return send(res, served.status, 'application/json', JSON.stringify(served.data));
		}

		const client = searchParams.get('client') ?? '';
		return page(res, 200, searchParams.has('ban') ? {action: 'ban', given: {client}} : undefined);
	}

	async function change(req: IncomingMessage, res: ServerResponse): Promise<void> {
		const isScript = req.headers['content-type'] === 'application/json';
		const text = await textOf(req);
		const fields: Record<string, string> = isScript
			? JSON.parse(text)
			: Object.fromEntries(new URLSearchParams(text));
		served.changes.push(fields);
		const result = await served.answer(fields);
		const status = result.error === undefined ? 200 : 400;
		if (isScript) {
			return send(res, status, 'application/json', JSON.stringify(result));
		}

		if (status === 400) {
			return page(res, status, {...result, given: fields});
		}

		res.setHeader('Location', '?');
		return send(res, 303, 'text/plain', '');
	}

	function page(res: ServerResponse, status: number, result?: ShownResult): void {
		const {script, style, icon} = assets;
		const names = {script: script.name, style: style.name, icon: icon.name};
		send(res, status, 'text/html; charset=utf-8', renderPage(served.data, names, result));
	}

	return served;
}

function send(res: ServerResponse, status: number, type: string, text: string): void {
	res.writeHead(status, {'Content-Type': type}).end(text);
}

async function textOf(req: IncomingMessage): Promise<string> {
	let text = '';
	for await (const chunk of req.setEncoding('utf8')) {
		text += chunk;
	}

	return text;
}

/** Bans and unbans in the data that is served, and says so as the product does. */
function changed(served: PageServer, fields: Record<string, string>): ChangeResult {
	const wanted = readChange(fields);
	if ('error' in wanted) {
		return {action: 'ban', error: wanted.error};
	}

	const {action, shown: client, options} = wanted;
	const others = served.data.bans.entries.filter(entry => entry.client !== client);
	if (action === 'unban') {
		withBans(served, others);
		return {action, client, message: `${client} is no longer banned.`};
	}

	if (action === 'reset') {
		return {action, client, message: `The requests and reports of ${client} are forgotten.`};
	}

	if (options.duration === 'soon') {
		return {action, client, error: {field: 'duration', message: durationNeeded}};
	}

	const {reason} = options;
	withBans(served, [
		{client, by: 'hand', retryAfter: 600, ...(reason !== undefined && {reason})},
		...others,
	]);
	return {action, client, message: `${client} is banned for 10 min.`};
}

/** Replaces the bans that are served. */
export function withBans(served: PageServer, entries: readonly BanEntry[]): void {
	served.data = {
		...served.data,
		bans: {entries, total: entries.length, inForce: entries.length, isPartial: false},
	};
}

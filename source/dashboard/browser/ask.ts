import type {ChangeResult, DashboardData} from '../json/dashboard-json.ts';

/** What the server says: what was asked for; that this visitor may not see it (any more); or nothing useful. */
export type Answer<Value> =
	| {readonly kind: 'ok'; readonly value: Value}
	| {readonly kind: 'refused'; readonly status: number}
	| {readonly kind: 'failed'};

const TIMEOUT = 10_000;

/** @param search the page's own query */
export async function askForData(
	search: string,
	signal: AbortSignal,
): Promise<Answer<DashboardData>> {
	const query = new URLSearchParams({format: 'json'});
	const client = new URLSearchParams(search).get('client');
	if (client) {
		query.set('client', client);
	}

	return ask<DashboardData>(`?${query}`, [200], {
		signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
	});
}

export async function askForChange(
	fields: Readonly<Record<string, string>>,
): Promise<Answer<ChangeResult>> {
	return ask<ChangeResult>('?', [200, 400, 413, 415, 503], {
		method: 'POST',
		headers: {'Content-Type': 'application/json'},
		body: JSON.stringify(fields),
		signal: AbortSignal.timeout(TIMEOUT),
	});
}

/** @param statuses of answers that have a value */
async function ask<Value>(
	url: string,
	statuses: readonly number[],
	init: RequestInit,
): Promise<Answer<Value>> {
	try {
		const response = await fetch(url, {
			...init,
			headers: {Accept: 'application/json', ...init.headers},
			// A redirect leads to a page where the visitor signs in.
			redirect: 'manual',
			cache: 'no-store',
		});
		const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
		if (isJson && statuses.includes(response.status)) {
			return {kind: 'ok', value: (await response.json()) as Value};
		}

		const isRefused =
			response.type === 'opaqueredirect' || [401, 403, 404].includes(response.status);
		return isRefused ? {kind: 'refused', status: response.status} : {kind: 'failed'};
	} catch {
		return {kind: 'failed'};
	}
}

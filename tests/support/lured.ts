import type {Agent} from 'supertest';

type Headers = Readonly<Record<string, string>>;

const page = {Origin: 'https://elsewhere.example'};
const prefetch = {'Sec-Fetch-Site': 'none', 'Sec-Purpose': 'prefetch'};

/** What browsers send with a request that a page on another site makes them send, and that may be judged. */
export const lured: readonly Headers[] = [
	{'Sec-Fetch-Site': 'cross-site'},
	prefetch,
	// A background fetch.
	{...page, 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate'},
	// A redirected one, with any headers.
	{'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'no-cors'},
	// A WebSocket, where nothing listens to upgrades; a report of the browser; any POST on plain HTTP.
	page,
	{Origin: 'null'},
];

/** What browsers send with a GET or a preflight, whatever has led to it. */
const ofBrowsers: ReadonlyArray<[method: 'get' | 'options', headers: Headers]> = [
	...[
		...lured,
		...['same-site', 'same-origin', 'none'].map(site => ({'Sec-Fetch-Site': site})),
	].map(headers => ['get', headers] as ['get', Headers]),
	// It comes before a report, which a page may have sent to any site.
	['options', {...page, 'Access-Control-Request-Method': 'POST'}],
];

/** Requests a path once in each way in which browsers do, and returns the statuses. */
export async function browse(agent: Agent, path: string): Promise<readonly number[]> {
	const seen: number[] = [];
	for (const [method, headers] of ofBrowsers) {
		seen.push((await agent[method](path).set(headers)).status);
	}

	return seen;
}

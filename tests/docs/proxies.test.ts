import test from 'ava';
import type Koa from 'koa';
import {blocks, importModule, readPage} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {who} from '../support/handlers.ts';
import {servePeers} from '../support/peers.ts';

const client = '203.0.113.7';
const edge = '173.245.48.9';
/** Cloudflare sends this address for the Worker of any customer that calls another zone. */
const worker = '2a06:98c0:3600::103';
const workers = '2a06:98c0:3600::/64';
/** A header value with which a client tries to pass as another client. */
const forged = '192.0.2.1, 127.0.0.1';

/**
 * The recipes of docs/proxies.md: the request that reaches the app, forged headers included, the client that
 * the recipe finds, and the client that the one-hop default finds.
 */
const recipes: ReadonlyArray<
	[heading: string, peer: string, lines: readonly string[], recipe: string, oneHop: string]
> = [
	['nginx', '127.0.0.1', [`X-Forwarded-For: ${forged}, ${client}`], client, client],
	['nginx', '10.0.0.66', ['X-Forwarded-For: 192.0.2.1'], '10.0.0.66', '192.0.2.1'],
	['Caddy', '127.0.0.1', [`X-Forwarded-For: ${client}`], client, client],
	['Caddy', '10.0.0.66', ['X-Forwarded-For: 192.0.2.1'], '10.0.0.66', '192.0.2.1'],
	[
		'AWS Application Load Balancer',
		'10.0.2.9',
		[`X-Forwarded-For: ${forged}, ${client}:49152`],
		client,
		client,
	],
	[
		'AWS Application Load Balancer',
		'10.0.3.9',
		['X-Forwarded-For: 192.0.2.1'],
		'10.0.3.9',
		'192.0.2.1',
	],
	[
		'CloudFront before the balancer',
		'10.0.2.9',
		[`True-Client-IP: ${client}`, 'X-Forwarded-For: 192.0.2.1, 130.176.0.9, 130.176.0.10'],
		client,
		client,
	],
	[
		'CloudFront before the balancer',
		'10.0.3.9',
		['True-Client-IP: 192.0.2.1'],
		'10.0.3.9',
		'192.0.2.1',
	],
	['Cloudflare', edge, [`CF-Connecting-IP: ${client}`], client, edge],
	[
		'Cloudflare',
		'2606:4700::9',
		['CF-Connecting-IP: 2001:db8::7'],
		'2001:db8::/64',
		'2606:4700::/64',
	],
	['Cloudflare', client, ['CF-Connecting-IP: 192.0.2.1'], client, client],
	[
		'Cloudflare',
		edge,
		[`X-Forwarded-For: 192.0.2.1, ${worker}`, `CF-Connecting-IP: ${worker}`],
		workers,
		edge,
	],
	// nginx passes on only the client that Cloudflare names.
	['Cloudflare before nginx', '127.0.0.1', [`X-Forwarded-For: ${client}`], client, client],
	['Cloudflare before nginx', '127.0.0.1', [`X-Forwarded-For: ${worker}`], workers, workers],
	[
		'Cloudflare before nginx',
		'10.0.0.66',
		['X-Forwarded-For: 192.0.2.1'],
		'10.0.0.66',
		'192.0.2.1',
	],
	['Heroku', '10.1.2.3', [`X-Forwarded-For: ${forged}, ${client}`], client, client],
	['Kubernetes ingress', '10.244.7.9', [`X-Forwarded-For: ${client}`], client, client],
	['Kubernetes ingress', '10.244.8.9', ['X-Forwarded-For: 192.0.2.1'], '10.244.8.9', '192.0.2.1'],
];

test('each recipe finds the client, and the one-hop default goes wrong where the page says so', async t => {
	for (const [heading, peer, lines, recipe, oneHop] of recipes) {
		const code = (await blocks('docs/proxies.md', heading)).at(0) ?? '';
		const {app} = await importModule<{app: Koa}>(t, code.replace('export {};', 'export {app};'));
		const [, ipHeader = ''] = /ipHeader: '([^']+)'/.exec(code) ?? [];
		const {app: plain} = gatedApp({ipHeader});

		for (const [koa, expected] of [
			[app, recipe],
			[plain, oneHop],
		] as const) {
			koa.middleware.splice(1, Infinity, who);
			const ask = await servePeers(t, koa);
			t.is(await ask(peer, lines), expected, `${heading}: ${peer} ${lines}`);
		}
	}
});

test("no recipe walks X-Forwarded-For past a CDN's ranges", async t => {
	const text = await readPage('docs/proxies.md');
	const code = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block);
	const walking = code.filter(block => /ipHeader: '(?:X-Forwarded-For|Forwarded)'/.test(block));

	t.is(rangesIn(code.find(block => block.includes('CF-Connecting-IP'))).length, 22);
	t.true(walking.length > 5);
	for (const block of walking) {
		const ranges = rangesIn(block);
		t.true(
			ranges.every(range => /^(?:10|127|192\.168)\./.test(range)),
			block,
		);
	}
});

test('every recipe for a proxy has a test', async t => {
	const text = await readPage('docs/proxies.md');
	const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
	const withGate = await Promise.all(
		headings.map(async heading =>
			/gatekeeper\(\{/.test(
				(await blocks('docs/proxies.md', heading)).at(0)?.replace(/^import.*$/gm, '') ?? '',
			),
		),
	);

	t.deepEqual(
		headings.filter((_heading, index) => withGate[index]),
		[...new Set(recipes.map(([name]) => name)), 'Unix socket'],
		'tests/client/peer.test.ts covers the Unix socket',
	);
});

/** The CIDRs in the code of a recipe, without those in comments. */
function rangesIn(code = ''): readonly string[] {
	return code.replace(/\/\/.*$/gm, '').match(/[\da-f.:]+\/\d+/g) ?? [];
}

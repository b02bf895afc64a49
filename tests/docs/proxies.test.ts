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
const stranger = '198.51.100.66';
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
	// The gateway appends the address and the port. Without brackets, an IPv6 address ends where only a port follows.
	[
		'Azure Application Gateway',
		'10.0.3.9',
		[`X-Forwarded-For: ${forged}, ${client}:51234`],
		client,
		client,
	],
	[
		'Azure Application Gateway',
		'10.0.3.9',
		['X-Forwarded-For: 192.0.2.1:80, 2001:db8::7:51234'],
		'2001:db8::/64',
		'2001:db8::/64',
	],
	[
		'Azure Application Gateway',
		'10.0.4.9',
		['X-Forwarded-For: 192.0.2.1:80'],
		'10.0.4.9',
		'192.0.2.1',
	],
	[
		'Azure App Service',
		'169.254.129.1',
		[`X-Forwarded-For: ${forged}, ${client}:51234`, 'X-Azure-ClientIP: 192.0.2.1'],
		client,
		client,
	],
	['Azure App Service', stranger, ['X-Forwarded-For: 192.0.2.1'], stranger, stranger],
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
	// The proxy replaces its own header, and appends to the other one.
	[
		'Fly.io',
		'172.19.0.1',
		[`Fly-Client-IP: ${client}`, `X-Forwarded-For: ${forged}, ${client}, 66.241.124.230`],
		client,
		client,
	],
	['Fly.io', stranger, ['Fly-Client-IP: 192.0.2.1'], stranger, stranger],
	[
		'Google App Engine',
		'169.254.1.1',
		[`X-Appengine-User-IP: ${client}`, `X-Forwarded-For: ${forged}`],
		client,
		client,
	],
	['Google App Engine', stranger, ['X-Appengine-User-IP: 192.0.2.1'], stranger, stranger],
	// The balancer appends the client and its own address.
	[
		'Google Cloud load balancer',
		'35.191.10.9',
		[`X-Forwarded-For: ${forged}, ${client}, 198.51.100.80`],
		client,
		'35.191.10.9',
	],
	[
		'Google Cloud load balancer',
		'130.211.3.9',
		[`X-Forwarded-For: 198.51.100.80,35.191.10.9,${client},198.51.100.80`],
		client,
		'130.211.3.9',
	],
	[
		'Google Cloud load balancer',
		'130.211.3.9',
		['X-Forwarded-For: evil,2001:db8::7,198.51.100.80'],
		'2001:db8::/64',
		'130.211.3.9',
	],
	// The health checks, and a sender that gets past the balancer.
	['Google Cloud load balancer', '35.191.10.9', [], '35.191.10.9', '35.191.10.9'],
	[
		'Google Cloud load balancer',
		stranger,
		['X-Forwarded-For: 192.0.2.1,198.51.100.80'],
		stranger,
		stranger,
	],
	['Heroku', '10.1.2.3', [`X-Forwarded-For: ${forged}, ${client}`], client, client],
	['Kubernetes ingress', '10.244.7.9', [`X-Forwarded-For: ${client}`], client, client],
	['Kubernetes ingress', '10.244.8.9', ['X-Forwarded-For: 192.0.2.1'], '10.244.8.9', '192.0.2.1'],
	[
		'Railway',
		'100.64.0.3',
		[`X-Real-IP: ${client}`, `X-Forwarded-For: ${forged}`],
		client,
		'100.64.0.3',
	],
	['Railway', stranger, ['X-Real-IP: 192.0.2.1'], stranger, stranger],
	// Another service of the project, on the private network.
	['Railway', 'fd12::9', ['X-Real-IP: 192.0.2.1'], 'fd12::/64', '192.0.2.1'],
	[
		'Vercel',
		'127.0.0.1',
		[`X-Forwarded-For: ${client}`, 'X-Vercel-Forwarded-For: 192.0.2.1', 'X-Real-IP: 192.0.2.1'],
		client,
		client,
	],
	['Vercel', stranger, ['X-Forwarded-For: 192.0.2.1'], stranger, stranger],
	// tests/adapters.test.ts sends the events. Here the peer has an address, which is not listed.
	[
		'Adapters without an address',
		'10.0.0.9',
		['X-Forwarded-For: 192.0.2.1'],
		'10.0.0.9',
		'192.0.2.1',
	],
	['Adapters without an address', stranger, ['X-Forwarded-For: 192.0.2.1'], stranger, stranger],
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

test('the recipe for adapters finds the client that a load balancer names', async t => {
	const [code = ''] = await blocks('docs/proxies.md', 'Adapters without an address');
	const respond = 'app.use(ctx => void (ctx.body = ctx.state.gatekeeper.client));';
	const {handler} = await importModule<{
		handler(event: object, context: object): Promise<{body: string}>;
	}>(t, code.replace('export const', `${respond}\nexport const`));
	const send = async (headers: Record<string, string>) => {
		const event = {requestContext: {elb: {}}, httpMethod: 'GET', path: '/', body: '', headers};
		return (await handler(event, {})).body;
	};

	t.is(await send({'x-forwarded-for': `${forged}, ${client}`}), client);
	t.is(await send({'X-Forwarded-For': 'unix:, 2001:db8::7'}), '2001:db8::/64');
	t.is(await send({}), 'no-address');
});

test("no recipe walks X-Forwarded-For past a CDN's ranges", async t => {
	const text = await readPage('docs/proxies.md');
	const code = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block);
	const walking = code.filter(block => /ipHeader: '(?:X-Forwarded-For|Forwarded)'/.test(block));

	t.is(rangesIn(code.find(block => block.includes('CF-Connecting-IP'))).length, 22);
	t.true(walking.length > 8);
	for (const block of walking) {
		const ranges = rangesIn(block);
		t.true(
			ranges.every(range => /^(?:10|127|192\.168)\./.test(range) || loadBalancers.includes(range)),
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

	const named = headings.filter((_heading, index) => withGate[index]);
	t.deepEqual(
		named.filter(heading => heading !== 'Unix socket'),
		[...new Set(recipes.map(([name]) => name))],
		'tests/client/peer.test.ts covers the Unix socket',
	);
});

/** Only Google's front ends and health checks connect from here, and they run no code of customers. */
const loadBalancers = ['35.191.0.0/16', '130.211.0.0/22'];

/** The CIDRs in the code of a recipe, without those in comments. */
function rangesIn(code = ''): readonly string[] {
	return code.replace(/\/\/.*$/gm, '').match(/[\da-f.:]+\/\d+/g) ?? [];
}

test('the table at the top names the settings of every recipe, and leads to it', async t => {
	const text = await readPage('docs/proxies.md');
	const [, table = ''] = text.split('\n| in front of the app |');
	const [rows = ''] = table.split('\n\n');

	for (const heading of new Set(recipes.map(([name]) => name))) {
		const anchor = heading
			.toLowerCase()
			.replace(/[^a-z -]/g, '')
			.replaceAll(' ', '-');
		const row = rows.split('\n').find(line => line.includes(`(#${anchor})`)) ?? '';
		const code = (await blocks('docs/proxies.md', heading)).at(0) ?? '';
		const [, ipHeader = ''] = /ipHeader: '([^']+)'/.exec(code) ?? [];
		t.not(row, '', heading);
		t.true(row.includes(`\`${ipHeader}\``) || !row.includes('`'), `${heading}: ${row}`);
		t.is(row.includes('none needed'), !code.includes('trustedProxies'), `${heading}: ${row}`);
	}
});

test('no nginx that the page shows takes a server out for what one client sends', async t => {
	const upstreams = (await readPage('docs/proxies.md'))
		.split('```')
		.filter(block => block.startsWith('nginx') && block.includes('upstream'));

	t.true(upstreams.length > 0);
	for (const line of upstreams.flatMap(block => block.match(/^\s*server .*$/gm) ?? [])) {
		t.regex(line, / max_fails=0;$/);
	}
});

test('every nginx that the page shows passes on the name that the browser has asked for, and asks to close no connection', async t => {
	const locations = (await readPage('docs/proxies.md'))
		.split('```')
		.filter(block => block.startsWith('nginx') && block.includes('proxy_pass'));

	t.true(locations.length >= 3);
	for (const location of locations) {
		t.regex(location, /proxy_set_header Host \$http_host;/);
		t.regex(location, /proxy_http_version 1\.1;\n\s*proxy_set_header Connection "";/);
	}
});

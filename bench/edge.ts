/*
 * Draws docs/edge.svg: the requests that express-rate-limit, which counts in fixed windows, and
 * koa-gatekeeper let in at the edge of a window. Both get the same requests at the same time, over HTTP on
 * loopback. Run it with `npm run bench:edge`.
 */
import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import {Agent, createServer, get, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout} from 'node:timers/promises';
import express from 'express';
import {rateLimit} from 'express-rate-limit';
import Koa from 'koa';
import {gatekeeper} from '../dist/index.js';

const COUNT = 100;
/** Milliseconds: the limit, a minute's made short. */
const WINDOW = 2000;
/** After its first request the client is quiet, and then sends so many at every step of two bursts. */
const STEP = 20;
const AT_ONCE = 5;
const bursts = [
	[1500, 1900],
	[2100, 2500],
] as const;
/** Where the picture ends. */
const END = 4000;

type App = (letIn: () => void) => RequestListener;

const onExpress: App = letIn => {
	const app = express();
	app.use(rateLimit({windowMs: WINDOW, limit: COUNT}));
	app.get('/', (_req, res) => {
		letIn();
		res.send('ok');
	});
	return app;
};

const onKoa: App = letIn => {
	const app = new Koa();
	app.use(gatekeeper({rateLimitRule: [COUNT, WINDOW / 1000]}));
	app.use(ctx => {
		letIn();
		ctx.body = 'ok';
	});
	return app.callback();
};

interface Served {
	/** Sends a request from an address of this machine. */
	ask(localAddress: string): Promise<void>;
	/** When requests were let in. */
	readonly times: number[];
}

async function serve(app: App): Promise<Served> {
	const times: number[] = [];
	const server = createServer(app(() => times.push(performance.now())));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const agent = new Agent({keepAlive: true});

	return {
		times,
		ask: async localAddress => {
			const request = get({port, host: '127.0.0.1', localAddress, agent});
			const [response] = await once(request, 'response');
			response.resume();
			await once(response, 'end');
		},
	};
}

const fixed = await serve(onExpress);
const sliding = await serve(onKoa);
const both = (localAddress: string) =>
	Promise.all([fixed, sliding].map(({ask}) => ask(localAddress)));

// Another client warms up both.
for (let request = 0; request < COUNT; request += 1) {
	await both('127.0.0.2');
}

fixed.times.length = 0;
sliding.times.length = 0;

const client = '127.0.0.1';
const start = performance.now();
const asked: Array<Promise<unknown>> = [both(client)];
const sent: number[] = [0];
for (const [from, until] of bursts) {
	for (let time = from; time < until; time += STEP) {
		await setTimeout(Math.max(0, start + time - performance.now()));
		for (let request = 0; request < AT_ONCE; request += 1) {
			sent.push(performance.now() - start);
			asked.push(both(client));
		}
	}
}

await Promise.all(asked);

/** How many were let in within the window before each time, asked between two steps of the client. */
function inTheLastWindow(times: readonly number[]): ReadonlyArray<[time: number, count: number]> {
	const points: Array<[number, number]> = [];
	for (let at = STEP / 2; at <= END; at += STEP) {
		points.push([at, times.filter(time => time > at - WINDOW && time <= at).length]);
	}

	return points;
}

const WIDTH = 760;
const HEIGHT = 460;
const [LEFT, RIGHT, TOP, BOTTOM] = [150, 28, 92, 290];
const AXIS = 418;
const x = (time: number) => LEFT + (time / END) * (WIDTH - LEFT - RIGHT);
const y = (count: number) => BOTTOM - (count / (2 * COUNT)) * (BOTTOM - TOP);
const short = (value: number) => String(Math.round(value * 10) / 10);

/** A line that runs level, and up or down at once. */
function steps(points: ReadonlyArray<[time: number, count: number]>): string {
	let path = `M${short(x(0))} ${short(y(0))}`;
	let last = 0;
	for (const [time, count] of points) {
		if (count !== last) {
			path += `H${short(x(time))}V${short(y(count))}`;
			last = count;
		}
	}

	return `${path}H${short(x(END))}`;
}

/** A stroke for each step with requests, as high as there were many. */
function strokes(times: readonly number[], base: number): string {
	const counts = new Map<number, number>();
	for (const time of times) {
		const step = Math.round((time - STEP / 4) / STEP);
		counts.set(step, (counts.get(step) ?? 0) + 1);
	}

	return [...counts]
		.map(([step, count]) => {
			const height = 4 + (14 * Math.min(count, AT_ONCE)) / AT_ONCE;
			return `M${short(x(step * STEP + STEP / 4))} ${base}v-${short(height)}`;
		})
		.join('');
}

function text(left: number, top: number, words: string, className = ''): string {
	const attribute = className && ` class="${className}"`;
	return `<text x="${short(left)}" y="${short(top)}"${attribute}>${words}</text>`;
}

function path(className: string, line: string): string {
	return `<path class="${className}" d="${line}"/>`;
}

const since = (times: readonly number[]) => times.map(time => time - start);
const {version} = JSON.parse(
	await readFile(new URL('node_modules/express-rate-limit/package.json', import.meta.url), 'utf8'),
);
const limiters = [
	{name: 'express-rate-limit', kind: 'fixed window', style: 'fixed', times: since(fixed.times)},
	{name: 'koa-gatekeeper', kind: 'sliding window', style: 'sliding', times: since(sliding.times)},
].map(limiter => {
	const points = inTheLastWindow(limiter.times);
	return {...limiter, points, most: Math.max(...points.map(([, count]) => count))};
});

const seconds = WINDOW / 1000;
const title = `A limit of ${COUNT} requests in ${seconds} seconds, at the edge of a fixed window`;
const description = `One client sends ${sent.length} requests to both. The most that they let in within ${seconds} seconds: ${limiters
	.map(({name, kind, most}) => `${name} (${kind}) ${most}`)
	.join(', ')}.`;

const strips = [
	{label: 'sent to each', style: 'sent', times: sent},
	...limiters.map(({name, style, times}) => ({label: name, style, times})),
];

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="t d">
<title id="t">${title}</title>
<desc id="d">${description}</desc>
<style>
svg{--back:#fff;--edge:#d0d7de;--text:#1f2328;--faint:#59636e;--line:#dfe3e8;--fixed:#bc4c00;--sliding:#0969da}
@media(prefers-color-scheme:dark){svg{--back:#0d1117;--edge:#30363d;--text:#e6edf3;--faint:#9198a1;--line:#262c36;--fixed:#f0883e;--sliding:#58a6ff}}
text{font:13px -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:var(--faint)}
path{fill:none;stroke-linejoin:round}
.title{font-size:17px;font-weight:600;fill:var(--text)}
.back{fill:var(--back);stroke:var(--edge)}
.grid{stroke:var(--line)}
.axis{stroke:var(--faint)}
.limit{stroke:var(--text);stroke-dasharray:5 4}
.window{stroke:var(--faint);stroke-dasharray:2 4}
.curve{stroke-width:2.5}
.strokes{stroke-width:1.7}
.sent{stroke:var(--faint)}.fixed{stroke:var(--fixed)}.sliding{stroke:var(--sliding)}
text.sent,text.fixed,text.sliding{stroke:none}
text.fixed{fill:var(--fixed);font-weight:600}text.sliding{fill:var(--sliding);font-weight:600}
.right{text-anchor:end}.middle{text-anchor:middle}
</style>
<rect class="back" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>
${text(24, 36, title, 'title')}
${text(24, 60, `Requests let in during the last ${seconds} seconds`)}
${[0, 0.5, 1, 1.5, 2]
	.map(share => share * COUNT)
	.map(
		count =>
			path('grid', `M${LEFT} ${short(y(count))}H${WIDTH - RIGHT}`) +
			text(LEFT - 10, y(count) + 4, String(count), 'right'),
	)
	.join('\n')}
${path('limit', `M${LEFT} ${short(y(COUNT))}H${WIDTH - RIGHT}`)}
${text(LEFT + 8, y(COUNT) - 8, 'the limit')}
${path('window', `M${short(x(WINDOW))} ${TOP - 8}V${AXIS}`)}
${text(x(WINDOW) - 8, TOP + 24, 'a fixed window ends here', 'right')}
${limiters.map(({style, points}) => path(`curve ${style}`, steps(points))).join('\n')}
${limiters
	.map(
		({name, kind, style, most}) =>
			text(x(2560), y(most) + 22, name, style) + text(x(2560), y(most) + 40, `${kind}: ${most}`),
	)
	.join('\n')}
${strips
	.map(({label, style, times}, index) => {
		const base = BOTTOM + 44 + 34 * index;
		return (
			text(LEFT - 10, base - 4, label, `right ${style}`) +
			path(`strokes ${style}`, strokes(times, base))
		);
	})
	.join('\n')}
${path('axis', `M${LEFT} ${AXIS}H${WIDTH - RIGHT}`)}
${Array.from(
	{length: END / 1000 + 1},
	(_, second) =>
		path('axis', `M${short(x(second * 1000))} ${AXIS}v5`) +
		text(
			x(second * 1000),
			AXIS + 22,
			second === END / 1000 ? `${second} seconds` : String(second),
			second === END / 1000 ? 'right' : 'middle',
		),
).join('\n')}
</svg>
`;

await writeFile(new URL('../docs/edge.svg', import.meta.url), svg);
console.log(`express-rate-limit ${version}. ${description}\ndocs/edge.svg: ${svg.length} bytes`);
process.exit();

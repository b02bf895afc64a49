import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import type {Router as RouterType} from '@koa/router';
import {trace} from '@opentelemetry/api';
import {KoaInstrumentation} from '@opentelemetry/instrumentation-koa';
import {
	InMemorySpanExporter,
	NodeTracerProvider,
	SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import test from 'ava';
import type Koa from 'koa';
import supertest from 'supertest';
import {bypass, gatekeeper, specific} from '../../source/index.ts';
import {ok, passOn} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

/*
 * OpenTelemetry, and Sentry with it, replaces the gate and every function of a router by a function of its own.
 * It patches Koa when an app requires it.
 */
const spans = new InMemorySpanExporter();
const provider = new NodeTracerProvider({spanProcessors: [new SimpleSpanProcessor(spans)]});
provider.register();
const instrumentation = new KoaInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.enable();

const require = createRequire(import.meta.url);
const TracedKoa: typeof Koa = require('koa');
const {Router}: {Router: typeof RouterType} = require('@koa/router');

/** A traced app, whose every request has a parent span, as from the HTTP instrumentation. */
function traced(build: (app: Koa) => void) {
	const app = new TracedKoa();
	app.silent = true;
	build(app);
	const callback = app.callback();
	const http = supertest.agent(
		createServer((req, res) => {
			trace.getTracer('test').startActiveSpan('request', span => {
				res.on('close', () => span.end());
				callback(req, res);
			});
		}),
	);

	return async (path: string) => (await http.get(path)).status;
}

test.serial('OpenTelemetry wraps the gate and the marks', async t => {
	spans.reset();
	const router = new Router().get('/open', bypass(), ok);
	const original = router.stack[0]?.stack[0];
	const get = traced(app => app.use(gatekeeper()).use(router.routes()));

	t.is(await get('/open'), 200);
	t.not(router.stack[0]?.stack[0], original);
	t.true(spans.getFinishedSpans().some(({attributes}) => attributes['koa.name'] === '/open'));
});

test.serial('a wrapped mark that has run once is foreseen from then on', async t => {
	const seen = warnings(t);
	const router = new Router();
	const api = new Router({prefix: '/api'}).get('/health/:part', bypass(), ok);
	router.use('/public', passOn, bypass());
	router.get('/public/style.css', ok);
	router.get('/open', bypass(), ok);
	router.get('/own', specific([2, 60], {standalone: true}), ok);
	router.use(api.routes());
	router.get('/:page', ok);
	const get = traced(app => {
		app.use(gatekeeper({rateLimitRule: [6, 60]}));
		app.use(passOn);
		app.use(new Router().get('/other', ok).routes());
		app.use(router.routes());
	});
	const marked = ['/open', '/api/health/db', '/public/style.css', '/own'];
	const statuses = async (paths: readonly string[]) => {
		const all: number[] = [];
		for (const path of paths) {
			all.push(await get(path));
		}

		return all;
	};

	t.deepEqual(await statuses(marked), [200, 200, 200, 200], 'counted, and remembered');
	t.deepEqual(
		await statuses(['/page', '/other', '/page']),
		[200, 200, 429],
		'the quota of 6 is spent',
	);
	t.deepEqual(await statuses([...marked, '/api/health/cache']), [200, 200, 200, 200, 200]);
	t.deepEqual(await statuses(['/own', '/page', '/api/other']), [429, 429, 429]);
	t.deepEqual(await seen.codes(), []);
});

test.serial(
	'a wrapped mark of a router that the gate is mounted on is foreseen once it has run',
	async t => {
		const router = new Router();
		router.use(gatekeeper({rateLimitRule: [2, 60]}));
		router.get('/open', bypass(), ok).get('/closed', ok);
		const get = traced(app => app.use(router.routes()));

		t.deepEqual([await get('/open'), await get('/closed'), await get('/closed')], [200, 200, 429]);
		t.is(await get('/open'), 200);
	},
);

test.serial('a mark is not remembered where it is not certain which layer ran it', async t => {
	const seen = warnings(t);
	const router = new Router();
	router.get('/twice', passOn).get('/twice', bypass(), ok);
	const get = traced(app => app.use(gatekeeper({rateLimitRule: [1, 60]})).use(router.routes()));

	t.deepEqual([await get('/twice'), await get('/twice')], [200, 429]);
	t.deepEqual(await seen.codes(), ['GATEKEEPER_MARK_UNFORESEEN']);
});

test.serial('a mark that runs for a path that its router does not match is no error', async t => {
	const mark = bypass();
	const router = new Router({exclusive: 'specificity'});
	router.get('/moved', (ctx, next) => {
		ctx.path = '/nowhere';
		return mark(ctx, next);
	});
	const get = traced(app => app.use(gatekeeper({rateLimitRule: [9, 60]})).use(router.routes()));

	t.is(await get('/moved'), 404);
});

test.serial('a route that does not always run the remembered mark is counted late', async t => {
	const mark = bypass();
	const router = new Router();
	router.get('/some', (ctx, next) => (ctx.query.open ? mark(ctx, next) : next()), ok);
	const get = traced(app => app.use(gatekeeper({rateLimitRule: [2, 60]})).use(router.routes()));

	t.is(await get('/some?open=1'), 200);
	t.deepEqual([await get('/some'), await get('/some'), await get('/some')], [200, 200, 429]);
});

import test from 'ava';
import Koa from 'koa';
import {Registry} from 'prom-client';
import supertest from 'supertest';
import {gatekeeper, specific} from '../../source/index.ts';
import {collect} from '../../source/prometheus.ts';
import {onEveryStore} from '../support/every-store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';

const alice = '203.0.113.7';

/** What Prometheus gets when it scrapes a registry: the lines, without comments and zeros. */
async function scraped(register: Registry): Promise<string[]> {
	const app = new Koa();
	app.use(async ctx => {
		ctx.type = register.contentType;
		ctx.body = await register.metrics();
	});
	const {text} = await supertest(app.callback()).get('/metrics');

	return text
		.split('\n')
		.filter(line => line !== '' && !line.startsWith('#') && !line.endsWith(' 0'))
		.sort();
}

onEveryStore('a scrape shows what the gate has done', async (t, {store}) => {
	const register = new Registry();
	const {gate, from} = gatedApp(
		{
			rateLimitRule: [3, 60],
			banRule: [2, 60, 600],
			allow: ['198.51.100.2'],
			ipHeader: 'X-Forwarded-For',
			store,
		},
		router => {
			router.get('/login', specific({count: 1, window: 60, name: 'login'}), ok);
		},
	);
	collect(gate, {register});

	for (const path of ['/login', '/login', '/ping', '/ping']) {
		await from(alice).get(path);
	}

	await gate.report(alice, {weight: 2});
	await from(alice).get('/ping');
	await gate.ban('198.51.100.1', {duration: 60});
	await from('198.51.100.1').get('/ping');
	await from('198.51.100.2').get('/ping');

	const lines = await scraped(register);
	t.deepEqual(
		lines.filter(line => !line.includes('_store_')),
		[
			'gatekeeper_bans_total{gate="gate"} 2',
			'gatekeeper_exempt_requests_total{gate="gate",exemption="allowed"} 1',
			'gatekeeper_refusals_total{gate="gate",verdict="banned",rule=""} 1',
			'gatekeeper_refusals_total{gate="gate",verdict="banned",rule="ban"} 1',
			'gatekeeper_refusals_total{gate="gate",verdict="limited",rule="global"} 1',
			'gatekeeper_refusals_total{gate="gate",verdict="limited",rule="login"} 1',
			'gatekeeper_reports_total{gate="gate"} 1',
			'gatekeeper_requests_total{gate="gate",verdict="admitted"} 3',
			'gatekeeper_requests_total{gate="gate",verdict="banned"} 2',
			'gatekeeper_requests_total{gate="gate",verdict="limited"} 2',
		],
	);
	t.is(lines.length > 10, store.shared);
});

test('a store that fails shows until it works again', async t => {
	const {store, pass} = manualClockStore();
	let isDown = true;
	const failing = forwardTo(store, {
		admit: (client, rules, options) =>
			isDown ? Promise.reject(new Error('down')) : store.admit(client, rules, options),
	});
	const register = new Registry();
	const {gate, http} = gatedApp({rateLimitRule: [9, 60], store: failing});
	collect(gate, {register});

	await http.get('/ping');
	const lines = await scraped(register);
	t.true(lines.includes('gatekeeper_store_failing{gate="gate"} 1'));
	t.true(lines.includes('gatekeeper_store_failures_total{gate="gate"} 1'));

	isDown = false;
	pass(10_000);
	await http.get('/ping');
	t.false((await scraped(register)).some(line => line.includes('store_failing')));
});

test('a client cannot make up labels: rules beyond the hundredth are other', async t => {
	const register = new Registry();
	const {gate, http} = gatedApp({
		rateLimitRule: ctx => ({count: 1, window: 60, name: String(ctx.query.name)}),
	});
	collect(gate, {register});
	for (let index = 0; index < 130; index += 1) {
		await http.get(`/ping?name=rule-${index}`);
		await http.get(`/ping?name=rule-${index}`);
	}

	const lines = (await scraped(register)).filter(line => line.includes('_refusals_'));
	t.is(lines.length, 101);
	t.true(
		lines.includes('gatekeeper_refusals_total{gate="gate",verdict="limited",rule="other"} 30'),
	);
});

test('several gates share a registry under names of their own', async t => {
	const register = new Registry();
	const dry = gatekeeper({rateLimitRule: [1, 60], dryRun: true});
	const {gate, http} = gatedApp({}, (_router, app) => {
		app.use(dry);
	});
	collect(gate, {register, name: 'api'});
	const stop = collect(dry, {register, name: 'dry run'});
	t.throws(() => collect(gate, {register, name: 'api'}), {
		instanceOf: TypeError,
		message: "`name` must be a name that no other gate in this registry has, got 'api'",
	});

	await http.get('/ping');
	await http.get('/ping');
	const lines = await scraped(register);
	t.true(lines.includes('gatekeeper_requests_total{gate="api",verdict="admitted"} 2'));
	t.true(lines.includes('gatekeeper_requests_total{gate="dry run",verdict="limited"} 1'));
	t.is(lines.filter(line => line.includes('_refusals_')).length, 1);

	stop();
	t.false((await scraped(register)).some(line => line.includes('dry run')));
	t.notThrows(() => collect(dry, {register, name: 'dry run'}));
});

test('a registry that was cleared takes the metrics again', async t => {
	const register = new Registry();
	const {gate, http} = gatedApp();
	collect(gate, {register});
	register.clear();
	collect(gate, {register});
	await http.get('/ping');

	const line = 'gatekeeper_requests_total{gate="gate",verdict="admitted"} 1';
	t.true((await scraped(register)).includes(line));
});

test('what is no gate, and bad options, are errors that leave the registry as it was', async t => {
	const gate = gatekeeper();
	const register = new Registry();
	for (const none of [undefined, {}, {gate}]) {
		t.throws(() => collect(none as never, {register}), {
			message: /^`gate` must be what gatekeeper\(\) has returned, got/,
		});
	}

	t.notThrows(() => collect(gate, {register}));
	t.deepEqual(await scraped(register), []);

	t.throws(() => collect(gate, {registry: new Registry()} as never), {
		message: 'Unknown option `registry` of collect(); did you mean `register`?',
	});
	t.throws(() => collect(gate, {register: {} as never}), {instanceOf: TypeError});
	t.throws(() => collect(gate, {name: '', register: new Registry()}), {instanceOf: TypeError});
});

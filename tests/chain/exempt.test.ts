import test from 'ava';
import {bypass, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, overrideMethod, rewriteOpen} from '../support/handlers.ts';
import {overQuotaGets} from '../support/over-quota.ts';
import {warnings} from '../support/warnings.ts';

test('a marked route is exempt, and no other route', async t => {
	await overQuotaGets(
		t,
		router => {
			router.get('/open', bypass(), ok);
			router.get('/alone', specific([5, 60], {standalone: true}), ok);
			router.get('/both', specific([5, 60]), ok);
		},
		{'GET /open': 200, 'GET /alone': 200, 'GET /both': 429, 'GET /ping': 429},
	);
});

test('a request of an excluded method is neither counted nor limited', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['OPTIONS']}, router => {
		router.post('/login', ok).options('/login', ok);
	});

	t.is((await http.post('/login')).status, 200);
	for (let round = 0; round < 5; round += 1) {
		t.is((await http.options('/login')).status, 200);
	}

	t.is((await http.post('/login')).status, 429);
});

test('a specific() limits excluded methods too, and counts HEAD together with GET', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['get', 'HEAD']}, router => {
		router.get('/both', specific([2, 10]), ok);
	});

	t.is((await http.get('/ping')).headers.ratelimit, undefined);
	t.is((await http.get('/ping')).status, 200);
	t.regex((await http.get('/both')).headers.ratelimit ?? '', /^"specific(-\d+)?";r=1;t=10$/);
	t.is((await http.head('/both')).status, 200);
	t.is((await http.get('/both')).status, 429);
	t.is((await http.post('/ping')).status, 404);
	t.is((await http.post('/ping')).status, 429);
});

test('a request of an excluded method is not counted, even if its mark is disproved', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['get']}, (router, app) => {
		app.use(rewriteOpen('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	for (let round = 0; round < 3; round += 1) {
		t.is((await http.get('/open')).status, 200);
	}

	t.is((await http.post('/closed')).status, 404);
});

test('a client cannot use a disproved mark to pass as an excluded method: the original method decides', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['OPTIONS']}, (router, app) => {
		app.use(overrideMethod);
		router.get('/open', bypass(), ok).options('/open', ok);
	});
	const disguised = async () => (await http.get('/open').set('X-Method', 'OPTIONS')).status;

	t.deepEqual([await disguised(), await disguised(), await disguised()], [200, 200, 429]);
});

test.serial('marks on routes that allowed clients request cause no warning', async t => {
	const seen = warnings(t);
	const {http} = gatedApp({allow: ['loopback'], rateLimitRule: [1, 60]}, router => {
		router.get('/open', bypass(), ok);
		router.get('/standalone', specific([1, 60], {standalone: true}), ok);
	});

	for (const path of ['/open', '/standalone', '/standalone']) {
		t.is((await http.get(path)).status, 200);
	}

	t.deepEqual(await seen.codes(), []);
});

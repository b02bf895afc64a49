import test from 'ava';
import {bypass, specific} from '../source/index.ts';
import {gatedApp} from './support/gated-app.ts';
import {ok} from './support/handlers.ts';

test('an app that replaces ctx.state loses neither its reports nor its rules on routes', async t => {
	const {http} = gatedApp({banRule: [2, 60, 600], rateLimitRule: [9, 60]}, (router, app) => {
		app.use((ctx, next) => {
			ctx.state = {user: 'alice'} as never;
			return next();
		});
		router.get('/report', async ctx => {
			const {report} = ctx;
			ctx.body = await report();
		});
		router.get('/own', specific([1, 60]), ok);
		router.get('/open', bypass(), ok);
	});

	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
	t.is((await http.get('/own')).status, 200);
	t.is((await http.get('/own')).status, 429);
	t.is((await http.get('/report')).body.banned, true);
	t.is((await http.get('/ping')).status, 403);
	t.is((await http.get('/open')).status, 200);
});

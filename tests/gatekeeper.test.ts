import test from 'ava';
import {gated} from './gated.ts';

test('requests beyond the limit get 429 until the window has passed', async t => {
	const {http, pass} = gated({rateLimitRule: [2, 10]});

	t.is((await http.get('/ping')).status, 200);
	pass(4000);
	t.is((await http.get('/ping')).status, 200);
	const refused = await http.get('/ping');
	t.is(refused.status, 429);
	t.is(refused.headers['retry-after'], '6');
	t.is(refused.text, 'rate limited for 6s (over 2 requests in a 10s window)\n');

	pass(6000);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

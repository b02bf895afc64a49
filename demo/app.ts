import {bodyParser} from '@koa/bodyparser';
import {Router} from '@koa/router';
import Koa from 'koa';
import {bypass, gatekeeper, specific} from '../source/index.ts';

const app = new Koa();
const router = new Router();

app.use(
	gatekeeper({
		banRule: [3, 60, 600], // 3 reports within 60 s: banned for 600 s
		rateLimitRule: [100, 60], // 100 requests within any 60 s
	}),
);
app.use(bodyParser());

// The global rule applies, as to every route without a rule of its own.
router.get('/ping', ctx => {
	ctx.body = 'pong\n';
});

// Reports a client that sends a wrong password.
router.post('/login', ctx => {
	const {password} = ctx.request.body as {password?: unknown};
	if (password !== 'password') {
		ctx.report();
		ctx.throw(401, 'wrong password\n');
	}

	ctx.body = 'welcome\n';
});

// The global rule applies, and one more.
router.get('/global_plus_specific', specific([1, 10]), ctx => {
	ctx.body = 'once in 10 seconds, and counted by the global rule\n';
});

// Only a rule of its own applies.
router.get('/standalone', specific([1, 10], {standalone: true}), ctx => {
	ctx.body = 'once in 10 seconds, whatever the global rule says\n';
});

// No rule applies.
router.get('/bypass', bypass(), ctx => {
	ctx.body = 'always open\n';
});

app.use(router.routes());

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
	const address = server.address();
	const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`;

	console.log(`The demo listens at ${url}. Try, in another terminal:

200, with the RateLimit fields:
  curl -i ${url}/ping

429 for the second request within 10 seconds, with Retry-After:
  curl -i ${url}/global_plus_specific
  curl -i ${url}/global_plus_specific

429 for the 101st request within a minute; /standalone and /bypass stay open:
  for i in $(seq 101); do curl -s -o /dev/null -w '%{http_code} ' ${url}/ping; done; curl -i ${url}/ping
  curl -i ${url}/standalone
  curl -i ${url}/bypass

403 on every route but /bypass, after three wrong passwords (first wait a minute, until the limit has room again):
  for i in 1 2 3; do curl -i ${url}/login -H 'Content-Type: application/json' -d '{"password": "guess"}'; done
  curl -i ${url}/ping
`);
});

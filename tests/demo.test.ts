import {spawn} from 'node:child_process';
import test, {type ExecutionContext} from 'ava';

/** Runs `npm run demo` on a free port, and tells what it prints once it listens. */
async function runDemo(t: ExecutionContext): Promise<{url: string; printed: string}> {
	const demo = spawn(process.execPath, ['--import=tsx', 'demo/app.ts'], {
		env: {...process.env, PORT: '0'},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	t.teardown(() => demo.kill());

	const printed = await new Promise<string>((resolve, reject) => {
		let text = '';
		demo.stdout.setEncoding('utf8').on('data', chunk => {
			text += chunk;
			if (text.includes('403 on every route')) {
				resolve(text);
			}
		});
		demo.on('exit', code => reject(new Error(`the demo ended with ${code}`)));
	});

	return {url: /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '', printed};
}

test('the demo limits, bans and exempts as its five routes say', async t => {
	const {url, printed} = await runDemo(t);
	const get = async (path: string, init?: RequestInit) => {
		const answer = await fetch(url + path, init);
		return {status: answer.status, headers: answer.headers, text: await answer.text()};
	};
	const login = (password: string) =>
		get('/login', {
			method: 'POST',
			headers: {'Content-Type': 'application/json'},
			body: JSON.stringify({password}),
		});

	t.regex(printed, new RegExp(`curl -i ${url}/ping`));
	t.is((await login('password')).text, 'welcome\n');
	t.is((await login('guess')).status, 401);
	t.is((await login('guess')).status, 401);
	t.is((await get('/global_plus_specific')).status, 200);
	t.is((await get('/global_plus_specific')).status, 429);

	for (let counted = 5; counted < 100; counted += 1) {
		t.is(
			(await get('/ping')).headers.get('ratelimit')?.split(';t=')[0],
			`"global";r=${99 - counted}`,
		);
	}

	const limited = await get('/ping');
	t.is(limited.status, 429);
	const retryAfter = Number(limited.headers.get('retry-after'));
	t.true(retryAfter > 0 && retryAfter <= 60, String(retryAfter));
	t.is(limited.text, `rate limited for ${retryAfter}s (over 100 requests in a 60s window)\n`);
	t.is((await login('password')).status, 429);

	t.is((await get('/standalone')).status, 200);
	t.is((await get('/standalone')).status, 429);
	t.is((await get('/bypass')).status, 200);
});

test('three wrong passwords ban from every route of the demo but /bypass', async t => {
	const {url} = await runDemo(t);

	for (let guess = 0; guess < 3; guess += 1) {
		t.is((await fetch(`${url}/login`, {method: 'POST'})).status, 401);
	}

	for (const path of ['/ping', '/login', '/global_plus_specific', '/standalone', '/nowhere']) {
		const {status, headers} = await fetch(url + path);
		t.is(status, 403);
		t.is(headers.get('retry-after'), '600');
	}

	t.is((await fetch(`${url}/bypass`)).status, 200);
});

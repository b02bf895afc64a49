import test from 'ava';
import {dashboardApp} from '../../support/dashboard/app.ts';

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

/** The host of every request is gate.example. */
const rows: ReadonlyArray<[headers: Readonly<Record<string, string>>, isAllowed: boolean]> = [
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-origin'}, true],
	[{'Content-Type': json, 'Sec-Fetch-Site': 'same-origin'}, true],
	// It says more than Origin, which a proxy's Host may differ from.
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-origin', Origin: 'https://public.example'}, true],
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate'}, true],
	// A service worker has made it anew, perhaps from a form of another site.
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'same-origin'}, false],
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors'}, false],
	[{'Content-Type': json, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors'}, true],
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-site'}, false],
	[{'Content-Type': form, 'Sec-Fetch-Site': 'cross-site'}, false],
	[{'Content-Type': form, 'Sec-Fetch-Site': 'none'}, false],
	[{'Content-Type': form, 'Sec-Fetch-Site': ''}, false],
	[{'Content-Type': form, 'Sec-Fetch-Site': 'same-origin, cross-site'}, false],
	[{'Content-Type': json, 'Sec-Fetch-Site': 'cross-site'}, false],
	[{'Content-Type': json, 'Sec-Fetch-Site': 'cross-site', Origin: 'http://gate.example'}, false],
	[{'Content-Type': form, Origin: 'http://gate.example'}, true],
	[{'Content-Type': form, Origin: 'https://gate.example'}, true],
	[{'Content-Type': form, Origin: 'http://gate.example:80'}, true],
	[{'Content-Type': form, Origin: 'https://gate.example:443'}, true],
	[{'Content-Type': form, Origin: 'HTTP://GATE.EXAMPLE'}, true],
	[{'Content-Type': form, Origin: 'http://gate.example:8080'}, false],
	[{'Content-Type': form, Origin: 'http://evil.example'}, false],
	[{'Content-Type': form, Origin: 'http://gate.example.evil.example'}, false],
	[{'Content-Type': form, Origin: 'http://evil.example/gate.example'}, false],
	[{'Content-Type': form, Origin: 'http://gate.example@evil.example'}, false],
	[{'Content-Type': form, Origin: 'http://gate.example, http://evil.example'}, false],
	[{'Content-Type': form, Origin: 'ftp://gate.example'}, false],
	[{'Content-Type': form, Origin: 'null'}, false],
	[{'Content-Type': json, Origin: 'null'}, false],
	[{'Content-Type': json, Origin: 'http://evil.example'}, false],
	[{'Content-Type': form, Origin: ''}, false],
	[{'Content-Type': form, Referer: 'http://gate.example/'}, false],
	[{'Content-Type': 'APPLICATION/JSON; charset=utf-8'}, true],
	[{'Content-Type': form}, false],
	[{'Content-Type': 'text/plain'}, false],
	[{'Content-Type': 'text/plain; application/json'}, false],
	[{'Content-Type': 'multipart/form-data; boundary=x'}, false],
	[{'Content-Type': json}, true],
	[{'Content-Type': 'application/json; charset=utf-8'}, true],
];

for (const [headers, isAllowed] of rows) {
	test(`a change with ${JSON.stringify(headers)} is ${isAllowed ? 'made' : 'refused'}`, async t => {
		const {http, gate} = dashboardApp();
		const isJson = headers['Content-Type']?.toLowerCase().includes(json);
		const body = isJson
			? JSON.stringify({action: 'ban', client: '192.0.2.1'})
			: 'action=ban&client=192.0.2.1';
		const response = await http.post('/').set('Host', 'gate.example').set(headers).send(body);

		t.is(response.status, isAllowed ? (isJson ? 200 : 303) : 403);
		t.is(gate.stats().bans, isAllowed ? 1 : 0);
		if (!isAllowed) {
			t.regex(response.text, /a script must send content-type: application\/json/i);
		}
	});
}

test('behind a proxy that the app trusts, the host is the one that the browser has asked for', async t => {
	const {app, http} = dashboardApp();
	const send = () =>
		http
			.post('/')
			.set({
				Host: '127.0.0.1:3000',
				'X-Forwarded-Host': 'gate.example',
				Origin: 'https://gate.example',
			})
			.type('form')
			.send('action=ban&client=192.0.2.1');
	t.is((await send()).status, 403);
	app.proxy = true;
	t.is((await send()).status, 303);
});

test('no other method changes anything, whatever it sends', async t => {
	const {http, gate} = dashboardApp();
	await gate.ban('192.0.2.9');
	const fields = {action: 'unban', client: '192.0.2.9'};
	const statuses: number[] = [];
	for (const method of ['get', 'head', 'put', 'patch', 'delete', 'options'] as const) {
		const request = http[method]('/?action=unban&client=192.0.2.9')
			.set('Sec-Fetch-Site', 'same-origin')
			.set('X-HTTP-Method-Override', 'POST');
		const {status, headers} = await (method === 'head' ? request : request.send(fields));
		statuses.push(status);
		t.is(headers.allow, status === 405 ? 'GET, HEAD, POST' : undefined);
	}

	t.deepEqual(statuses, [200, 200, 405, 405, 405, 405]);
	t.truthy((await gate.inspect('192.0.2.9')).ban);
});

import test from 'ava';
import type {GatekeeperOptions} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {servePeers} from '../support/peers.ts';

/** How requests reach the app: the peer that sends them, and the text that our proxies append. */
interface Front {
	readonly options: GatekeeperOptions;
	/** @param address the client's, as the server nearest to it sees it */
	send(address: string, count: number): {readonly peer: string; readonly appended?: string};
}

const fronts: Readonly<Record<string, Front>> = {
	'without a proxy': {options: {}, send: peer => ({peer})},
	'without the proxy that the options expect': {
		options: {ipHeader: 'X-Forwarded-For'},
		send: peer => ({peer}),
	},
	'past the listed proxies': {
		options: {ipHeader: 'Forwarded', trustedProxies: ['10.0.0.0/8']},
		send: peer => ({peer}),
	},
	'through one proxy, which appends the port too': {
		options: {ipHeader: 'X-Forwarded-For'},
		send: (address, count) => ({
			peer: '10.0.0.5',
			appended: address.includes(':') ? `[${address}]:${count}` : `${address}:${count}`,
		}),
	},
	'through a chain of proxies': {
		options: {ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']},
		send: (address, count) => ({
			peer: `10.0.0.${count % 5}`,
			appended: `${address}, 10.0.1.${count % 7}`,
		}),
	},
	'through a chain of proxies, one of them behind a Unix socket': {
		options: {ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']},
		send: (address, count) => ({
			peer: '10.0.0.5',
			appended: count % 2 === 0 ? `${address}, unix:` : `${address}, 10.0.1.1, unix:`,
		}),
	},
	'through one proxy, which appends the port without brackets': {
		options: {ipHeader: 'X-Forwarded-For'},
		send: (address, count) => ({peer: '10.0.0.5', appended: `${address}:${10_000 + count}`}),
	},
	'through a proxy that writes Forwarded': {
		options: {ipHeader: 'Forwarded', trustedProxies: ['10.0.0.5']},
		send: (address, count) => ({
			peer: '10.0.0.5',
			appended: `for="${address.includes(':') ? `[${address}]` : address}:${count}";proto=http`,
		}),
	},
};

/** Addresses that one client can use, as sockets and proxies may spell them. */
const clients: Readonly<Record<string, (count: number) => string>> = {
	'an IPv4 client': count => (count % 2 === 0 ? '203.0.113.66' : '::ffff:203.0.113.66'),
	'an IPv6 client': count =>
		`2001:db8:6:6:${count.toString(16)}::${((count * 7919) & 0xffff).toString(16)}`,
};

const victim = '198.51.100.1';

/** Header values with which a client may try to pass as another client, or as none. */
const forged: readonly string[] = [
	...[
		victim,
		'127.0.0.1',
		'10.0.0.5',
		'::1',
		'unix',
		'unix:',
		`${victim}, unix:`,
		'unknown',
		'evil',
		'',
		',',
		' , ,',
		'\t',
	],
	...['unix:,'.repeat(120), `${victim}:51234`, '2001:db8::1:51234', 'for="unix:"', 'no-address'],
	...[`for=${victim}`, `for="${victim}`, 'for="\\', '"', '\\', ';', 'for=_x', `${victim}"`],
	...[`[${victim}]`, `${victim}:80`, `${victim},`, `${victim}, evil`, '::ffff:127.0.0.1'],
	...['10.0.0.1,'.repeat(120), '"'.repeat(99), `${victim},`.repeat(99), '\xa0', '\xff\x80'],
];

const names = [
	...['X-Forwarded-For', 'x-forwarded-for', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP', 'Via'],
	...['X_Forwarded_For', 'X-Forwarded-Host', 'X-Client-IP', 'True-Client-IP', '__proto__'],
];

for (const [where, {options, send}] of Object.entries(fronts)) {
	for (const [who, address] of Object.entries(clients)) {
		test(`${who} gains nothing by rotating its address, port and headers, ${where}`, async t => {
			const attempts = names.flatMap(name => forged.map(text => `${name}: ${text}`));
			const rule = {count: attempts.length, window: 60} as const;
			let admitted = 0;
			const all = gatedApp(
				{rateLimitRule: rule, banRule: {...rule, duration: 600}, ...options},
				router => {
					router.get('/who', ctx => {
						admitted += 1;
						ctx.report();
						ctx.body = 'in';
					});
				},
			);
			const ask = await servePeers(t, all.app);

			/** Sends a request from another address and port than before, with this and another forged header. */
			let count = 0;
			const rotate = (attempt: string) => {
				count += 1;
				const {peer, appended} = send(address(count), count);
				const header = options.ipHeader ?? 'X-Forwarded-For';
				const lines = [attempt, `${header}: ${forged[count % forged.length]}`];
				return ask(peer, appended ? [...lines, `${header}: ${appended}`] : lines);
			};

			for (const attempt of attempts) {
				t.is(await rotate(attempt), 'in');
			}

			// The last one filled the quota, and banned the client.
			t.deepEqual(
				(await bansOf(all)).map(ban => ban.client),
				[address(0).includes('.') ? '203.0.113.66' : '2001:db8:6:6::/64'],
			);
			t.regex(await rotate('X-Forwarded-For: '), /^banned/);
			await all.gate.unban(address(0));
			t.regex(await rotate('X-Forwarded-For: '), /^rate limited/);
			t.is(admitted, attempts.length);

			const {peer, appended} = send(victim, 1);
			t.is(await ask(peer, appended ? [`${options.ipHeader}: ${appended}`] : []), 'in');
		});
	}
}

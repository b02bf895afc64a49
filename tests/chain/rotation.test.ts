import test from 'ava';
import type {GatekeeperOptions} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {servePeers} from '../support/peers.ts';

/** How requests reach the app: from which peer, and with what our proxies have appended. */
interface Front {
	readonly options: GatekeeperOptions;
	/** The client's address as its nearest server sees it, and the connection's number. */
	send(address: string, count: number): {readonly peer: string; readonly appended?: string};
}

const fronts: Readonly<Record<string, Front>> = {
	'no proxy, and none expected': {options: {}, send: peer => ({peer})},
	'no proxy, though one is expected': {
		options: {ipHeader: 'X-Forwarded-For'},
		send: peer => ({peer}),
	},
	'past the proxies that are listed': {
		options: {ipHeader: 'Forwarded', trustedProxies: ['10.0.0.0/8']},
		send: peer => ({peer}),
	},
	'one proxy, which appends the port too': {
		options: {ipHeader: 'X-Forwarded-For'},
		send: (address, count) => ({
			peer: '10.0.0.5',
			appended: address.includes(':') ? `[${address}]:${count}` : `${address}:${count}`,
		}),
	},
	'a chain of proxies': {
		options: {ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']},
		send: (address, count) => ({
			peer: `10.0.0.${count % 5}`,
			appended: `${address}, 10.0.1.${count % 7}`,
		}),
	},
	'a proxy that writes Forwarded': {
		options: {ipHeader: 'Forwarded', trustedProxies: ['10.0.0.5']},
		send: (address, count) => ({
			peer: '10.0.0.5',
			appended: `for="${address.includes(':') ? `[${address}]` : address}:${count}";proto=http`,
		}),
	},
};

/** Addresses that one client can take, as sockets and proxies may spell them. */
const clients: Readonly<Record<string, (count: number) => string>> = {
	'an IPv4 client': count => (count % 2 === 0 ? '203.0.113.66' : '::ffff:203.0.113.66'),
	'an IPv6 client': count =>
		`2001:db8:6:6:${count.toString(16)}::${((count * 7919) & 0xffff).toString(16)}`,
};

const victim = '198.51.100.1';

/** What a client may write into a header in the hope to be somebody else, or nobody. */
const forged: readonly string[] = [
	...[victim, '127.0.0.1', '10.0.0.5', '::1', 'unix', 'unknown', 'evil', '', ',', ' , ,', '\t'],
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
		test(`${who} gains nothing by rotating what it controls: ${where}`, async t => {
			let reached = 0;
			const all = gatedApp({rateLimitRule: [5, 60], banRule: [5, 60, 600], ...options}, router => {
				router.get('/who', ctx => {
					reached += 1;
					ctx.body = 'in';
				});
				router.get('/report', async ctx => {
					ctx.body = await ctx.report();
				});
			});
			const ask = await servePeers(t, all.app);

			/** One request after the other, each with another address, port, and forged headers. */
			let count = 0;
			const rotate = async (path: string) => {
				for (const name of names) {
					for (const text of forged) {
						count += 1;
						const {peer, appended} = send(address(count), count);
						const header = options.ipHeader ?? 'X-Forwarded-For';
						const lines = [`${name}: ${text}`, `${header}: ${forged[count % forged.length]}`];
						await ask(peer, appended ? [...lines, `${header}: ${appended}`] : lines, path);
					}
				}
			};

			await rotate('/who');
			t.is(reached, 5);
			all.pass(60_000);
			await rotate('/report');
			t.deepEqual(
				(await bansOf(all)).map(ban => ban.client),
				[address(0).includes('.') ? '203.0.113.66' : '2001:db8:6:6::/64'],
			);

			const {peer, appended} = send(victim, 1);
			t.is(await ask(peer, appended ? [`${options.ipHeader}: ${appended}`] : []), 'in');
		});
	}
}

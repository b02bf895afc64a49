import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import Koa, {type Middleware} from 'koa';
import {addressKey, addressText} from '../../../source/client/address/address.ts';
import {AddressList} from '../../../source/client/address/address-list.ts';
import {walkHeader} from '../../../source/client/header/walk-header.ts';
import {gatekeeper, MemoryStore} from '../../../source/index.ts';
import {
	type AnyForwarding,
	anyNoise,
	anyText,
	badItems,
	nearlyValid,
} from '../../support/generators/any-forwarding.ts';
import {
	anyAddress,
	anyHop,
	anyLook,
	forwarded,
	listed,
	spelled,
} from '../../support/generators/any-hops.ts';
import {naiveAddress, naiveKey, naiveText} from '../../support/models/naive-address.ts';
import {naiveClient, naiveWalk} from '../../support/models/naive-walk.ts';
import {RawConnection} from '../../support/raw-connection.ts';
import {serve} from '../../support/servers.ts';

interface Visit {
	readonly forwarding: AnyForwarding;
	readonly peer: AnyPeer;
	/** Whether other headers stand between the lines, and names are in upper case. */
	readonly isMixed: boolean;
}

/** The address of this machine, or one that the socket is made to tell, since it has not all of them. */
type AnyPeer = {readonly local: '127.0.0.1'} | {readonly told: string; readonly zone: string};

/** Node takes 16 KiB of headers. */
const LONGEST_REQUEST = 16_000;
const UNIX = 'unix';
const none = new AddressList([]);

// A peer that is not trusted, and one without an address, are warned of.
process.removeAllListeners('warning');

const anyList = nearlyValid(
	fc.oneof(
		{weight: 8, arbitrary: fc.constant(1)},
		{weight: 1, arbitrary: fc.integer({min: 2, max: 60})},
	),
);

test('a list that is valid, or nearly so, names whom a plain reading of the rules finds', t => {
	t.notThrows(() => check(anyList, 4000));
});

test('so does a list of thousands of hops', t => {
	t.notThrows(() => check(nearlyValid(fc.integer({min: 300, max: 2000})), 60));
});

test('and so does any text', t => {
	t.notThrows(() => check(anyNoise, 4000));
});

test('one thing wrong with an item ends the walk, or is nothing wrong in that syntax', t => {
	const trusted = ['10.0.0.0/8'];
	for (const item of badItems) {
		for (const line of [item, `${item},10.0.0.1`, `${item} , For=10.0.0.1;by="a,b"`]) {
			for (const syntax of ['comma list', 'Forwarded'] as const) {
				t.true(
					isFoundAlike({syntax, lines: [line], trusted, ipv6Prefix: 64}),
					`${syntax}: ${line}`,
				);
			}
		}
	}
});

test('nothing that a client sends hides whom our own proxy names', t => {
	const isNamed = fc.property(anyText, anyAddress, anyHop, (sent, groups, hop) => {
		const own = naiveAddress(spelled(groups, hop.look));

		return [
			walkHeader('x-forwarded-for', `${sent},${listed(groups, hop)}`, none),
			walkHeader('forwarded', `${sent},${forwarded(groups, hop)}`, none),
		].every(({address}) => address && own && addressText(address) === naiveText(own));
	});

	t.notThrows(() => fc.assert(isNamed, {numRuns: 2000}));
});

test('an address has one key, in each of its spellings and by each prefix', t => {
	const prefixes = fc.integer({min: 32, max: 128});
	const isOneKey = fc.property(anyAddress, anyLook, prefixes, (groups, look, prefix) => {
		const text = spelled(groups, look);
		const {address} = walkHeader('x-real-ip', text, none);
		const naive = naiveAddress(text);

		return address && naive && addressKey(address, prefix) === naiveKey(naive, prefix);
	});

	t.notThrows(() => fc.assert(isOneKey, {numRuns: 3000}));
});

test.serial('over HTTP each request is taken for the client that the rules name', async t => {
	let gate: Middleware;
	const app = new Koa();
	app.use(tellPeer);
	app.use((ctx, next) => gate(ctx, next));
	app.use(async ctx => {
		ctx.body = {
			client: ctx.state.gatekeeper.client,
			explanation: ctx.state.gatekeeper.explain(),
			immune: (await ctx.report()).immune,
		};
	});
	const {port} = await serve(t, app);
	let connection = await RawConnection.open(port);
	t.teardown(() => connection.close());

	const isTakenFor = fc.asyncProperty(anyVisit, async visit => {
		const {ipv6Prefix, trusted} = visit.forwarding;
		gate = gatekeeper({
			ipHeader: headerName(visit.forwarding),
			...(trusted && {trustedProxies: trusted}),
			ipv6Prefix,
			banRule: {count: 2, window: 60, duration: 60},
			store: new MemoryStore({clock: () => 0}),
		});
		if (!connection.isOpen) {
			connection = await RawConnection.open(port);
		}

		const {status, body} = await connection.send(written(visit));
		return status === 200 && isDeepStrictEqual(JSON.parse(body), expected(visit));
	});

	await t.notThrowsAsync(() => fc.assert(isTakenFor, {numRuns: 2000}));
});

function check(forwarding: fc.Arbitrary<AnyForwarding>, numRuns: number): void {
	fc.assert(fc.property(forwarding, isFoundAlike), {numRuns});
}

function isFoundAlike(forwarding: AnyForwarding): boolean {
	const {syntax, lines, trusted, ipv6Prefix} = forwarding;
	const text = lines.join(', ');
	const hops = new AddressList(trusted ?? []);
	const found = walkHeader(headerName(forwarding).toLowerCase(), text, hops);
	const naive = naiveWalk(text, syntax, trusted);

	return isDeepStrictEqual(
		{
			key: found.address && addressKey(found.address, ipv6Prefix),
			end: found.end,
			passed: found.passed.map(addressText),
		},
		{
			key: naive.address && naiveKey(naive.address, ipv6Prefix),
			end: naive.end,
			passed: naive.passed.map(naiveText),
		},
	);
}

function headerName({syntax}: AnyForwarding): string {
	return syntax === 'Forwarded' ? 'Forwarded' : 'X-Forwarded-For';
}

/** While the request is handled, its socket tells the peer that `X-Peer` names. */
const tellPeer: Middleware = async ({req}, next) => {
	const {socket} = req;
	const peer = req.headers['x-peer'];
	if (peer !== undefined) {
		const remoteAddress = peer === UNIX ? undefined : peer;
		Object.defineProperty(req, 'socket', {
			value: {remoteAddress, pending: false},
			configurable: true,
		});
	}

	await next();
	Object.defineProperty(req, 'socket', {value: socket, configurable: true});
};

function written({forwarding, isMixed, peer}: Visit): string {
	const name = headerName(forwarding);
	const lines = forwarding.lines.flatMap((line, index) =>
		isMixed ? [`X-Other-${index}: 9.9.9.9`, `${name.toUpperCase()}:${line}`] : `${name}: ${line}`,
	);
	const told = 'told' in peer ? [`X-Peer: ${peer.told}${peer.zone}`] : [];

	return ['GET / HTTP/1.1', 'Host: a', ...told, ...lines, '\r\n'].join('\r\n');
}

function expected({forwarding, peer}: Visit): unknown {
	const {syntax, trusted, ipv6Prefix} = forwarding;
	const peerText = 'local' in peer ? peer.local : peer.told;
	// Node takes off the spaces and tabs around each line.
	const lines = forwarding.lines.map(line => line.replaceAll(/^[ \t]+|[ \t]+$/g, ''));
	const header = lines.join(', ');
	const peerAddress = naiveAddress(peerText);
	const found = naiveClient({peer: peerAddress, lines, syntax, trusted});
	const {address, end, passed} = found;
	const client = address ? naiveKey(address, ipv6Prefix) : UNIX;
	const hasClient = ['untrusted-peer', 'client', 'all-proxies'].includes(end) && client !== UNIX;

	return {
		client,
		explanation: {
			peer: peerAddress ? naiveText(peerAddress) : UNIX,
			header: headerName(forwarding).toLowerCase(),
			...(header !== '' && {value: header}),
			end,
			passed: passed.map(naiveText),
			...(address && {address: naiveText(address)}),
			client,
		},
		...(!hasClient && {immune: 'no-client'}),
	};
}

const anyPeer: fc.Arbitrary<AnyPeer> = fc.oneof(
	fc.constant({local: '127.0.0.1' as const}),
	fc.record({
		told: fc.tuple(anyAddress, anyLook).map(([groups, look]) => spelled(groups, look)),
		zone: fc.constant(''),
	}),
	fc.record({told: fc.constantFrom('fe80::1', 'fec0::1'), zone: fc.constant('%eth0')}),
	fc.constant({told: UNIX, zone: ''}),
);

const anyVisit: fc.Arbitrary<Visit> = fc
	.record({
		forwarding: fc.oneof({weight: 4, arbitrary: anyList}, {weight: 1, arbitrary: anyNoise}),
		peer: anyPeer,
		isPeerListed: fc.boolean(),
		isMixed: fc.boolean(),
	})
	.map(({forwarding, peer, isPeerListed, isMixed}) => {
		const {trusted} = forwarding;
		const text = 'local' in peer ? peer.local : peer.told;
		const list = isPeerListed && text !== UNIX ? trusted && [...trusted, text] : trusted;

		return {forwarding: {...forwarding, trusted: list}, peer, isMixed};
	})
	.filter(visit => written(visit).length <= LONGEST_REQUEST);

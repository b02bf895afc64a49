import type {Socket} from 'node:net';
import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {explanationOf} from '../../source/client/explanation.ts';
import {clientOf, identityOf, lacksClient} from '../../source/client/identity.ts';
import {unixClient} from '../../source/client/key.ts';
import {peerReader} from '../../source/client/peer.ts';
import {settleProxies} from '../../source/client/trusted-proxies.ts';
import {type AnyForwarding, anyNoise, nearlyValid} from '../support/generators/any-forwarding.ts';
import {anyAddress, anyLook, spelled} from '../support/generators/any-hops.ts';
import {naiveAddress, naiveKey, naiveText} from '../support/models/naive-address.ts';
import {naiveClient} from '../support/models/naive-walk.ts';
import {runs} from '../support/runs.ts';

interface AnyRequest {
	/** The address that the socket reports, without its zone; undefined on a Unix socket. */
	readonly peer: string | undefined;
	readonly zone: string;
	readonly forwarding: AnyForwarding;
}

/** What Node.js has a Unix socket on. */
class Pipe {}

test('a request belongs to the client that a plain reading of the rules finds', t => {
	const isAlike = fc.property(anyRequest, request =>
		isDeepStrictEqual(identified(request), expected(request)),
	);

	t.notThrows(() => fc.assert(isAlike, {numRuns: runs(1000)}));
});

function identified({peer: address, zone, forwarding}: AnyRequest): unknown {
	const {lines, trusted, ipv6Prefix} = forwarding;
	const proxies = settleProxies(trusted);
	const remoteAddress = address && address + zone;
	const _handle = remoteAddress === undefined ? new Pipe() : undefined;
	const socket = {remoteAddress, pending: false, destroyed: false, _handle} as unknown as Socket;
	const peer = peerReader({proxies, ipv6Prefix, warn: () => {}})(socket);
	const value = lines.join(', ');
	const identity =
		peer && identityOf(headerName(forwarding), value === '' ? undefined : value, peer, proxies);

	return (
		identity && {
			client: clientOf(identity, ipv6Prefix),
			lacksClient: lacksClient(identity, proxies),
			explanation: explanationOf(identity),
		}
	);
}

function expected({peer, forwarding}: AnyRequest): unknown {
	const {syntax, lines, trusted, ipv6Prefix} = forwarding;
	const peerAddress = peer === undefined ? undefined : naiveAddress(peer);
	const {address, end, passed} = naiveClient({peer: peerAddress, lines, syntax, trusted});
	const value = lines.join(', ');

	return {
		client: address ? naiveKey(address, ipv6Prefix) : unixClient,
		lacksClient:
			address === undefined || !['untrusted-peer', 'client', 'all-proxies'].includes(end),
		explanation: {
			peer: peerAddress ? naiveText(peerAddress) : unixClient,
			header: headerName(forwarding),
			...(value !== '' && {value}),
			end,
			passed: passed.map(hop => (hop === 'unix:' ? hop : naiveText(hop))),
			...(address && {address: naiveText(address)}),
		},
	};
}

function headerName({syntax}: AnyForwarding): string {
	return syntax === 'Forwarded' ? 'forwarded' : 'x-forwarded-for';
}

const anyPeer: fc.Arbitrary<Pick<AnyRequest, 'peer' | 'zone'>> = fc.oneof(
	fc.constant({peer: '127.0.0.1', zone: ''}),
	fc.record({
		peer: fc.tuple(anyAddress, anyLook).map(([groups, look]) => spelled(groups, look)),
		zone: fc.constant(''),
	}),
	fc.record({peer: fc.constantFrom('fe80::1', 'fec0::1'), zone: fc.constant('%eth0')}),
	fc.constant({peer: undefined, zone: ''}),
);

const anyList = nearlyValid(
	fc.oneof(
		{weight: 8, arbitrary: fc.constant(1)},
		{weight: 1, arbitrary: fc.integer({min: 2, max: 60})},
	),
);

const anyRequest: fc.Arbitrary<AnyRequest> = fc
	.record({
		forwarding: fc.oneof({weight: 4, arbitrary: anyList}, {weight: 1, arbitrary: anyNoise}),
		from: anyPeer,
		isPeerListed: fc.boolean(),
	})
	.map(({forwarding, from: {peer, zone}, isPeerListed}) => {
		const {trusted} = forwarding;
		const list = isPeerListed && peer !== undefined ? trusted && [...trusted, peer] : trusted;

		return {peer, zone, forwarding: {...forwarding, trusted: list}};
	});

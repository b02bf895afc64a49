import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {addressKey, addressText} from '../../../source/client/address/address.ts';
import {AddressList} from '../../../source/client/address/address-list.ts';
import {hopText} from '../../../source/client/forwarding-header/hop.ts';
import {walkHeader} from '../../../source/client/forwarding-header/walk-header.ts';
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
import {naiveWalk} from '../../support/models/naive-walk.ts';
import {runs} from '../../support/runs.ts';

const none = new AddressList([]);

const anyList = nearlyValid(
	fc.oneof(
		{weight: 8, arbitrary: fc.constant(1)},
		{weight: 1, arbitrary: fc.integer({min: 2, max: 60})},
	),
);

test('the walk finds the client that a plain reading of the rules finds, in valid and almost valid lists', t => {
	t.notThrows(() => check(anyList, runs(1000)));
});

test('the walk finds the same client in a list of thousands of hops', t => {
	t.notThrows(() => check(nearlyValid(fc.integer({min: 300, max: 2000})), runs(20)));
});

test('the walk finds the same client in arbitrary text', t => {
	t.notThrows(() => check(anyNoise, runs(1000)));
});

test('an item with one mistake ends the walk, unless the syntax allows it', t => {
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

test('nothing that a client sends hides the client that our own proxy names', t => {
	const isNamed = fc.property(anyText, anyAddress, anyHop, (sent, groups, hop) => {
		const own = naiveAddress(spelled(groups, hop.look));

		return [
			walkHeader('x-forwarded-for', `${sent},${listed(groups, hop)}`, none),
			walkHeader('forwarded', `${sent},${forwarded(groups, hop)}`, none),
		].every(({address}) => address && own && addressText(address) === naiveText(own));
	});

	t.notThrows(() => fc.assert(isNamed, {numRuns: runs(500)}));
});

test('an address has one key in every spelling, for every prefix length', t => {
	const prefixes = fc.integer({min: 32, max: 128});
	const isOneKey = fc.property(anyAddress, anyLook, prefixes, (groups, look, prefix) => {
		const text = spelled(groups, look);
		const {address} = walkHeader('x-real-ip', text, none);
		const naive = naiveAddress(text);

		return address && naive && addressKey(address, prefix) === naiveKey(naive, prefix);
	});

	t.notThrows(() => fc.assert(isOneKey, {numRuns: runs(500)}));
});

function check(forwarding: fc.Arbitrary<AnyForwarding>, numRuns: number): void {
	fc.assert(fc.property(forwarding, isFoundAlike), {numRuns});
}

function isFoundAlike(forwarding: AnyForwarding): boolean {
	const {syntax, lines, trusted, ipv6Prefix} = forwarding;
	const text = lines.join(', ');
	const hops = new AddressList(trusted ?? []);
	const found = walkHeader(headerName(forwarding), text, hops);
	const naive = naiveWalk(text, syntax, trusted);

	return isDeepStrictEqual(
		{
			key: found.address && addressKey(found.address, ipv6Prefix),
			end: found.end,
			passed: found.passed.map(hopText),
		},
		{
			key: naive.address && naiveKey(naive.address, ipv6Prefix),
			end: naive.end,
			passed: naive.passed.map(hop => (hop === 'unix:' ? hop : naiveText(hop))),
		},
	);
}

function headerName({syntax}: AnyForwarding): string {
	return syntax === 'Forwarded' ? 'forwarded' : 'x-forwarded-for';
}

import test from 'ava';
import fc from 'fast-check';
import {parseAddress} from '../../../source/client/address/address.ts';
import {NestedRanges} from '../../../source/client/address/nested-ranges.ts';
import {type NaiveAddress, naiveAddress, naiveText} from '../../support/models/naive-address.ts';
import {runs} from '../../support/runs.ts';

/** Addresses and ranges that often lie near each other, so that they nest. */
const address = fc.oneof(
	fc
		.tuple(fc.constantFrom(0n, 10n << 24n, 255n << 24n), fc.nat({max: 0xffffff}))
		.map(([high, low]): NaiveAddress => ({bits: 32, value: high + BigInt(low)})),
	fc
		.tuple(fc.constantFrom(0n, 0x20010db8n << 96n), fc.bigInt({min: 0n, max: (1n << 96n) - 1n}))
		.map(([high, low]): NaiveAddress => ({bits: 128, value: high + low})),
);
const range = fc
	.record({address, length: fc.nat({max: 128})})
	.map(({address: {bits, value}, length}) => {
		const prefix = Math.min(bits, length);
		const ignored = BigInt(bits - prefix);
		return {bits, ignored, network: value >> ignored, prefix};
	});

test('the ranges around an address are found as by looking at each, the smallest first', t => {
	const agrees = fc.property(
		fc.array(range, {maxLength: 30, size: 'max'}),
		fc.array(address, {minLength: 1, maxLength: 20}),
		(ranges, addresses) => {
			const cidrs = new Map(
				ranges.map(one => [
					`${naiveText({bits: one.bits, value: one.network << one.ignored})}/${one.prefix}`,
					one,
				]),
			);
			const nested = new NestedRanges(cidrs.keys());
			const edges = ranges.flatMap(({bits, ignored, network}): NaiveAddress[] => [
				{bits, value: network << ignored},
				{bits, value: ((network + 1n) << ignored) - 1n},
			]);

			return [...addresses, ...edges].every(one => {
				const text = naiveText(one);
				// The last address of a range can be an IPv4-mapped one.
				const {bits, value} = naiveAddress(text) ?? one;
				const around = [...cidrs]
					.filter(([, one]) => one.bits === bits && value >> one.ignored === one.network)
					.sort(([, one], [, other]) => other.prefix - one.prefix)
					.map(([cidr]) => cidr);
				const found = nested.around(parseAddress(text) ?? []);
				return found.join() === around.join();
			});
		},
	);

	t.notThrows(() => fc.assert(agrees, {numRuns: runs(300)}));
});

test('what is not a CIDR is around no address', t => {
	const nested = new NestedRanges(['', 'nonsense', '10.0.0.0/33', '10.0.0.0/8', 'loopback']);

	t.deepEqual(nested.around(parseAddress('10.0.0.1') ?? []), ['10.0.0.0/8']);
	t.deepEqual(nested.around(parseAddress('127.0.0.1') ?? []), []);
	t.deepEqual(new NestedRanges([]).around(parseAddress('::1') ?? []), []);
});

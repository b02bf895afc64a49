/** An address as one number. An IPv4-mapped IPv6 address is the IPv4 address. */
export interface NaiveAddress {
	readonly bits: 32 | 128;
	readonly value: bigint;
}

const numbersOfAByte = Array.from({length: 256}, (_none, byte) => String(byte));

export function naiveAddress(text: string): NaiveAddress | undefined {
	return text.includes(':') ? naiveIPv6(text) : naiveIPv4(text);
}

export function naiveIPv4(text: string): NaiveAddress | undefined {
	const bytes = text.split('.').map(part => numbersOfAByte.indexOf(part));
	return bytes.length === 4 && !bytes.includes(-1)
		? {
				bits: 32,
				value: BigInt(`0x${bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')}`),
			}
		: undefined;
}

/** `::` is one group of zeros, or two, or more: this tries each number. */
export function naiveIPv6(text: string): NaiveAddress | undefined {
	const gap = text.indexOf('::');
	if (gap !== text.lastIndexOf('::')) {
		return undefined;
	}

	if (gap === -1) {
		return eightGroups(text.split(':'));
	}

	const before = gap === 0 ? [] : text.slice(0, gap).split(':');
	const after = gap === text.length - 2 ? [] : text.slice(gap + 2).split(':');
	for (let zeros = 1; zeros <= 8; zeros += 1) {
		const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
		const address = eightGroups(groups);
		if (address) {
			return address;
		}
	}

	return undefined;
}

function eightGroups(groups: readonly string[]): NaiveAddress | undefined {
	const tail = naiveIPv4(groups.at(-1) ?? '');
	const hex = tail ? groups.slice(0, -1) : groups;
	if (hex.length !== (tail ? 6 : 8) || !hex.every(group => /^[0-9A-Fa-f]{1,4}$/.test(group))) {
		return undefined;
	}

	const high = BigInt(`0x${hex.map(group => group.padStart(4, '0')).join('')}`);
	const value = tail ? (high << 32n) | tail.value : high;
	return value >> 32n === 0xffffn ? {bits: 32, value: value & 0xffff_ffffn} : {bits: 128, value};
}

export function naiveText(address: NaiveAddress): string {
	return naiveKey(address, 128).replace('/128', '');
}

/** An IPv4 address unchanged, or the prefix of an IPv6 address. */
export function naiveKey({bits, value}: NaiveAddress, ipv6Prefix: number): string {
	// A NAT64 address holds an IPv4 address, so that two of them belong to two clients.
	const prefix =
		bits === 128 && value >> 32n === 0x0064_ff9b_0000_0000_0000_0000n ? 128 : ipv6Prefix;
	if (bits === 32) {
		return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 255n).join('.');
	}

	const ignored = BigInt(128 - prefix);
	const groups = ((value >> ignored) << ignored)
		.toString(16)
		.padStart(32, '0')
		.replaceAll(/.{4}/g, group => `:${Number.parseInt(group, 16).toString(16)}`);
	const text = `${groups.slice(1)}/${prefix}`;

	// The longest run of zeros, and the left one of two that are equally long. A run has at least two groups.
	for (let zeros = 8; zeros >= 2; zeros -= 1) {
		const run = Array<string>(zeros).fill('0').join(':');
		const found = new RegExp(`(^|:)${run}(?=[:/])`).exec(text);
		if (found) {
			const before = text.slice(0, found.index);
			const after = text.slice(found.index + found[0].length).replace(/^:/, '');
			return `${before}::${after}`;
		}
	}

	return text;
}

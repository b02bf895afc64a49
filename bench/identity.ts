/*
 * How the cost of finding a client grows: with the length of a hostile header, and with the length of
 * an address list. Run it with `npm run bench`.
 */
import {cpus} from 'node:os';
import {type Address, parseAddress} from '../source/client/address/address.ts';
import {AddressList} from '../source/client/address/address-list.ts';
import {walkHeader} from '../source/client/forwarding-header/walk-header.ts';
import {type Growth, measureGrowth} from './growth.ts';

const proxies = new AddressList(['loopback', 'linklocal', 'uniquelocal']);

/** A header of so many bytes that a client has filled, and that our proxy has appended to. */
const header = (filler: string, appended: string) => (size: number) =>
	`${filler.repeat(Math.ceil(size / filler.length))}${appended}`;

const walks = (name: string, title: string, listOf: (size: number) => string): Growth => ({
	title: `${name}: ${title}`,
	at: size => {
		const list = listOf(size);
		return () => walkHeader(name, list, proxies);
	},
});

const plain = ', 10.0.0.1';
const forwarded = ', for=10.0.0.1';

const headers: readonly Growth[] = [
	walks('x-forwarded-for', 'an honest client behind any filler', header('x, ', ', 203.0.113.7')),
	walks('x-forwarded-for', 'proxies of ours, as many as fit', header('10.0.0.1,', '10.0.0.1')),
	walks('x-forwarded-for', 'one long item', header('x', plain)),
	walks('x-forwarded-for', 'spaces', header(' ', plain)),
	walks('x-forwarded-for', 'commas', header(',', plain)),
	walks('forwarded', 'an honest client behind any filler', header('"', ', for=203.0.113.7')),
	walks('forwarded', 'proxies of ours, as many as fit', header('for=10.0.0.1,', 'for=10.0.0.1')),
	walks('forwarded', 'one long item', header('for=10.0.0.1;by=x;', forwarded)),
	walks('forwarded', 'quotes', header('"', forwarded)),
	walks('forwarded', 'an open quote, then escaped ones', header('"\\"', forwarded)),
	walks('forwarded', 'backslashes in quotes', size => `for="${'\\'.repeat(size)}"${forwarded}`),
	walks('forwarded', 'pairs without an end', header('a="\\a";', forwarded)),
	walks('forwarded', 'spaces', header(' ', forwarded)),
	walks('forwarded', 'semicolons', header('; ', forwarded)),
];

/** Ranges that do not touch, and addresses of which one half is covered. */
const matching = (family: string, network: (index: number) => string, prefix: number): Growth => ({
	title: `AddressList, ${family}: one match`,
	at: size => {
		const list = new AddressList(
			Array.from({length: size}, (_, index) => `${network(index)}/${prefix}`),
		);
		const asked = Array.from({length: 1024}, (_, index) =>
			parseAddress(network(Math.floor((index * 2 * size) / 1024))),
		).filter((address): address is Address => address !== undefined);
		let next = 0;
		return () => {
			next = (next + 1) % asked.length;
			return list.covers(asked[next] ?? []);
		};
	},
});

const lists: readonly Growth[] = [
	matching('IPv4', index => `${index >> 16}.${(index >> 8) & 0xff}.${index & 0xff}.0`, 25),
	matching(
		'IPv6',
		index => `2001:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::`,
		48,
	),
];

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}\n`);
console.log('Microseconds a header, by its length in bytes:\n');
measureGrowth(headers, [100, 1_000, 10_000, 50_000, 100_000, 200_000]);
console.log('\nMicroseconds a match, by the entries of the list:\n');
measureGrowth(lists, [10, 100, 1_000, 10_000, 100_000]);

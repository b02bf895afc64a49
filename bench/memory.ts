/*
 * Measures the memory that clients take, how long the event loop waits while a flood of a million addresses
 * passes, and what bans take, and what one costs when there are as many as there may be. Run it with `npm run bench:memory`.
 */
import {cpus} from 'node:os';
import {MemoryStore, type Rule} from '../dist/index.js';
import {bytesHeld} from '../tests/support/bytes-held.ts';
import {nanoseconds} from './timing.ts';

const MINUTE = 60_000;
const rules: readonly Rule[] = [{name: 'global', count: 100, window: MINUTE, id: '100'}];

function address(index: number): string {
	return [10 + (index >> 24), (index >> 16) & 0xff, (index >> 8) & 0xff, index & 0xff].join('.');
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}\n`);

for (const requests of [1, 100]) {
	const store = new MemoryStore({clock: () => 0, maxClients: 700_000});
	const before = bytesHeld();
	for (let asked = 0; asked < requests; asked += 1) {
		for (let index = 0; index < 100_000; index += 1) {
			store.admit(address(index), rules, {});
		}
	}

	const bytes = (bytesHeld() - before) / 100_000;
	console.log(`${bytes.toFixed(0)} bytes a client with ${requests} remembered requests`);
	store.close();
}

const banRule = {
	name: 'ban',
	count: 1,
	window: MINUTE,
	id: 'ban',
	durations: [MINUTE, 60 * MINUTE] as const,
};

/** How many bytes each of so many takes in a store. */
function bytesOfEach(many: number, add: (store: MemoryStore, index: number) => void): string {
	const store = new MemoryStore({clock: () => 0});
	const before = bytesHeld();
	for (let index = 0; index < many; index += 1) {
		add(store, index);
	}

	// A question makes the index of the ranges.
	store.admit('203.0.113.7', [], {});
	const bytes = (bytesHeld() - before) / many;
	store.close();
	return `${bytes.toFixed(0)} bytes`;
}

const ban = bytesOfEach(100_000, (store, index) =>
	store.report(address(index), banRule, {weight: 1}),
);
const banAndStrike = bytesOfEach(100_000, (store, index) =>
	store.report(address(index), {...banRule, forgetAfter: 24 * 60 * MINUTE}, {weight: 1}),
);
const range = bytesOfEach(1000, (store, index) =>
	store.banRange(`${address(index << 8)}/24`, {duration: MINUTE}),
);
console.log(`${ban} a ban by a report, the client included; ${banAndStrike} with its strike`);
console.log(`${range} a banned range`);

/** How many requests each turn of the event loop decides about, as on a busy server. */
const A_TURN = 50;
const FLOOD = 1_000_000;

const before = bytesHeld();
let now = 0;
const store = new MemoryStore({clock: () => now});
let worst = 0;
let at = performance.now();
for (let index = 0; index < FLOOD; index += A_TURN) {
	for (let inTurn = 0; inTurn < A_TURN; inTurn += 1) {
		store.admit(address(index + inTurn), rules, {});
	}

	await new Promise(setImmediate);
	worst = Math.max(worst, performance.now() - at);
	at = performance.now();
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(`\n${worst.toFixed(1)} ms: the longest turn while ${FLOOD} addresses passed`);
console.log(`${megabytes(bytesHeld() - before)} held after it (maxClients: 131,072)`);
now = 3 * MINUTE;
store.admit('203.0.113.7', rules, {});
console.log(`${megabytes(bytesHeld() - before)} held once all were quiet`);

const banned = new MemoryStore({clock: () => 0});
const bans = await Promise.all(
	[0, 1, 2, 3, 4].map(round =>
		nanoseconds(100_000, index =>
			banned.ban(address(round * 100_000 + index), {duration: MINUTE, reason: 'login'}),
		),
	),
);
console.log(
	`\n${bans.map(time => (time / 1000).toFixed(1)).join(', ')} µs a ban, for each 100,000 of 500,000 (maxBans: 100,000)`,
);

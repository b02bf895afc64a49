import test from 'ava';
import type {Rule, Verdict} from '../../../source/index.ts';
import type {Ledger} from '../../../source/stores/local/ledger.ts';
import {tables} from '../../../source/stores/local/tables/keys.ts';
import {unchanged} from '../../../source/stores/unfinished-error.ts';
import {OpenedLedger} from '../../support/local/ledger.ts';
import {escalating, limit} from '../contract/promised.ts';

/*
 * A file is checked page by page when it is opened, but not the values in it: so there may be anything in them.
 */

const banRule = escalating(2, 30_000, [20_000, 50_000], 100_000);
const rules: readonly Rule[] = [limit(3, 50_000, 'few'), limit(300, 50_000, 'many')];

/** Numbers of eight bytes that no store writes, wherever it has one. */
const numbers = [Number.NaN, Infinity, -Infinity, -1, 0.5, 1e300, 2 ** 64];

const nonsense: Readonly<Record<string, (value: Buffer) => Buffer>> = {
	nothing: () => Buffer.alloc(0),
	'a byte': () => Buffer.from('x'),
	zeros: value => Buffer.alloc(value.length),
	'bytes of 255': value => Buffer.alloc(value.length, 255),
	'its first half': value => value.subarray(0, value.length / 2),
	'text, and what follows no list': value =>
		Buffer.concat([value.subarray(0, 16), Buffer.from('7')]),
	'text, and what follows without a client': value =>
		Buffer.concat([value.subarray(0, 16), Buffer.from('[{}, {}]')]),
	'text, and what follows without a value': value =>
		Buffer.concat([value.subarray(0, 16), Buffer.from('["banned"]')]),
	...Object.fromEntries(
		numbers.flatMap(number =>
			[0, 8, 16, 24, 30, 32].map(offset => [
				`${number} at ${offset}`,
				(value: Buffer) => {
					const changed = Buffer.from(value);
					if (offset + 8 <= value.length) {
						changed.writeDoubleLE(number, offset);
					}

					return changed;
				},
			]),
		),
	),
};

const clients = ['reported', 'trapped', 'banned', 'limited', 'busy'];

/** Something in each table. */
function fill(ledger: Ledger): void {
	for (const client of ['reported', 'limited']) {
		ledger.report(client, banRule, {weight: 1}, now);
	}

	ledger.report('reported', banRule, {weight: 1}, now);
	ledger.ban('trapped', {duration: 30_000, isTrap: true}, now);
	ledger.ban('banned', {duration: 30_000, reason: 'why'}, now);
	ledger.banRange('203.0.113.0/24', {duration: 30_000}, now);
	ledger.admit('a key', rules, {requester: 'limited'}, now);
	for (let time = 0; time < 600; time += 1) {
		ledger.admit('busy', [limit(1000, 50_000, 'blocks')], {}, now + time);
	}
}

/** All that a store is asked. */
function askAll(ledger: Ledger, now: number): readonly Verdict[] {
	const verdicts: Verdict[] = [];
	for (const client of [...clients, 'new']) {
		verdicts.push(ledger.admit(client, rules, {}, now));
		verdicts.push(ledger.admit(client, [limit(1000, 50_000, 'blocks')], {immune: true}, now));
		ledger.report(client, banRule, {weight: 1}, now);
		ledger.inspect(client, rules, banRule, now);
		ledger.ban(client, {duration: 10_000, isTrap: true}, now);
		ledger.sweep(now, 20);
		ledger.unban(client);
		ledger.reset(client);
	}

	verdicts.push(ledger.admit('a key', rules, {requester: 'limited'}, now));
	ledger.bans(undefined, now);
	ledger.ranges(now);
	for (let time = 0; time < 20; time += 1) {
		ledger.sweep(now + 1_000_000 * time, 1000);
	}

	return verdicts;
}

/** The numbers in an answer, and in what it holds. */
function numbersIn(answer: unknown): readonly number[] {
	if (typeof answer === 'number') {
		return [answer];
	}

	return typeof answer === 'object' && answer !== null
		? Object.values(answer).flatMap(numbersIn)
		: [];
}

const now = 1_800_000_000_000;

const opened = new OpenedLedger();
opened.do(fill);

for (const [title, change] of Object.entries(nonsense)) {
	test(`a value about one client that is ${title} stops nothing`, t => {
		const keys = keysIn(opened).filter(key => key[1] !== tables.totals);
		t.true(keys.length > clients.length);
		for (const key of keys) {
			let verdicts: readonly Verdict[] = [];
			t.notThrows(() => {
				verdicts = askHarmed(key, change);
			}, `table ${key[1]}`);
			t.false(numbersIn(verdicts).some(Number.isNaN), `table ${key[1]}`);
		}
	});
}

for (const title of ['nothing', 'a byte', 'its first half', 'NaN at 0', '-1 at 8', '0.5 at 32']) {
	test(`a file is damaged if its totals are ${title}`, t => {
		const other = new OpenedLedger();
		other.do(fill);
		other.do(() => {
			const {records} = other.file;
			const key = Buffer.from([0, tables.totals]);
			records.put(key, nonsense[title]?.(records.get(key) ?? Buffer.alloc(0)) ?? Buffer.alloc(0));
		});
		t.throws(() => other.do(ledger => ledger.admit('new', rules, {}, now)), {
			message: /is damaged \(it does not say how many records it has\)/,
		});
	});
}

/** Asks all while a value is harmed, in a transaction that is undone. */
function askHarmed(key: Buffer, change: (value: Buffer) => Buffer): readonly Verdict[] {
	let verdicts: readonly Verdict[] = [];
	const undone = unchanged('It is undone');
	try {
		opened.do(ledger => {
			const {records} = opened.file;
			records.put(key, change(records.get(key) ?? Buffer.alloc(0)));
			verdicts = askAll(ledger, now + 1000);
			throw undone;
		});
	} catch (error) {
		if (error !== undone) {
			throw error;
		}
	}

	return verdicts;
}

function keysIn(ledger: OpenedLedger): readonly Buffer[] {
	return ledger.do(() =>
		ledger.file.records
			.between(Buffer.from([0, 0]), Buffer.from([0, 255]), 1000)
			.map(({key}) => key),
	);
}

test('a client whose record cannot be read is counted once in the totals', t => {
	const other = new OpenedLedger();
	const admit = () => other.do(ledger => ledger.admit('client', rules, {}, now));
	admit();
	other.do(() => {
		const {records} = other.file;
		const [client] = records.between(
			Buffer.from([0, tables.clients]),
			Buffer.from([0, tables.userKeys]),
			1,
		);
		t.truthy(client);
		records.put(client?.key ?? Buffer.alloc(0), Buffer.from('x'));
	});

	t.is(admit().kind, 'admitted');
	t.like(other.counted(), {clients: 1});
	t.like(other.totals(), {clients: 1});
});

import test from 'ava';
import {OpenFile} from '../../../source/stores/local/file/open-file.ts';
import {Ledger} from '../../../source/stores/local/ledger.ts';
import {USUAL_CHANGES} from '../../../source/stores/local/lmdb/room.ts';
import {Keys, tables} from '../../../source/stores/local/tables/keys.ts';
import {Records} from '../../../source/stores/local/tables/records.ts';
import {Samples} from '../../../source/stores/local/tables/samples.ts';
import {Totals} from '../../../source/stores/local/tables/totals.ts';
import {newPath} from '../../support/local/opened.ts';
import {ban} from '../contract/promised.ts';

test('where a disk has room for no more changes than usual, a sweep removes what it can, and the rest is written', async t => {
	const file = new OpenFile(newPath());
	t.teardown(() => file.close());
	const {database} = file;
	const damaged = (what: string) => file.damaged(what);
	const records = new Records(() => ({database, hasRoom: true, reserve: () => false, damaged}));
	const keys = new Keys(0, () => file.salt);
	const totals = new Totals(records, keys);
	const ledger = new Ledger(
		{records, keys, totals},
		{maxClients: 1000, maxBans: 1000, onFull() {}},
	);
	const transact = (step: () => void) =>
		file.transact(() => {
			records.beginTransaction();
			ledger.beginTransaction();
			step();
			ledger.endTransaction();
		});
	const banned = () => ledger.bans(undefined, 0).bans.length;
	for (let number = 0; number < 150; number += 1) {
		transact(() => ledger.report(`client ${number}`, ban(1, 60_000, 1000), {weight: 1}, 0));
	}

	transact(() => t.is(banned(), 150));
	transact(() => {
		ledger.sweep(2000, 256);
		t.true(records.changes > USUAL_CHANGES - 10);
	});
	transact(() => t.true(banned() > 0 && banned() < 60, `${banned()} bans`));
	transact(() => ledger.sweep(2000, 256));
	transact(() => ledger.sweep(2000, 256));

	transact(() => t.is(banned(), 0));
});

test('a transaction that fails is not followed by one with the same sample', t => {
	const file = new OpenFile(newPath());
	t.teardown(() => file.close());
	const {database} = file;
	const damaged = (what: string) => file.damaged(what);
	const records = new Records(() => ({database, hasRoom: true, reserve: () => true, damaged}));
	const keys = new Keys(0, () => file.salt);
	const section = {records, keys, totals: new Totals(records, keys)};
	const samples = new Samples(section, tables.clients);
	const taken: string[] = [];
	const take = () => {
		taken.push(...samples.next(2).map(({key}) => key.toString('hex')));
	};
	file.transact(() => {
		for (let number = 0; number < 512; number += 1) {
			records.put(keys.of(tables.clients, `client ${number}`), Buffer.alloc(8));
		}
	});
	const fail = () =>
		file.transact(() => {
			take();
			throw new Error('a full disk');
		});

	t.throws(fail, {message: 'a full disk'});
	t.throws(fail, {message: 'a full disk'});
	file.transact(take);
	file.transact(take);
	t.is(new Set(taken).size, 512);
});

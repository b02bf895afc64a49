/* What a process learns of bans by hand, of which the store does not tell who has begun them. */
import test from 'ava';
import type {BanOutcome, ReportOutcome} from '../../../source/stores/ban-records.ts';
import type {GuardedStore} from '../../../source/stores/guard/guarded-store.ts';
import {banRule, failingLater, rejectsBans} from '../../support/guarded-store.ts';

const report = {weight: 1};

/** Those of which the store does not tell who has begun them. */
const bans: ReadonlyArray<readonly [string, (guarded: GuardedStore) => Promise<unknown>]> = [
	["a trap's", guarded => guarded.ban('a', {duration: 1_000_000, isTrap: true})],
	["an operator's", guarded => guarded.commands.ban('a', {duration: 1_000_000})],
];

const endless: ReportOutcome = {reports: 0, banEndsInMs: Infinity};

test("the outcome of a late report leaves an operator's endless ban as it is known", async t => {
	const {guarded, fail} = failingLater({report: () => endless});
	await guarded.commands.ban('a', {duration: Infinity, reason: 'spam'});
	await guarded.report('a', banRule, report);
	fail();

	t.like(await guarded.admit('a', [], {}), {by: 'hand', reason: 'spam'});
});

test('the outcome of a later report leaves an endless ban by reports as it is known', async t => {
	const outcomes = [{reports: 2, banEndsInMs: Infinity, begunForMs: Infinity}, endless];
	const {guarded, pass, fail} = failingLater({report: () => outcomes.shift() ?? t.fail()});
	await guarded.report('a', banRule, {weight: 2, reason: 'login'});
	pass(1100);
	await guarded.report('a', banRule, report);
	fail();

	t.like(await guarded.admit('a', [], {}), {by: 'reports', reason: 'login'});
});

test("reports count during a trap's endless ban that the store did not take, each of them", async t => {
	let reports = 0;
	const counting = () => {
		reports += 1;
		return {reports};
	};
	const {guarded} = failingLater({...rejectsBans, report: counting});
	await guarded.ban('a', {duration: Infinity, isTrap: true});
	for (const counted of [1, 2, 3]) {
		t.deepEqual(await guarded.report('a', banRule, report), {
			reports: counted,
			banEndsInMs: Infinity,
		});
	}
});

test("a trap's reply that comes after an unban does not bring the ban back", async t => {
	let reply = (_outcome: BanOutcome) => {};
	const {guarded, fail} = failingLater({
		ban: () =>
			new Promise(resolve => {
				reply = resolve;
			}),
	});
	const banning = guarded.ban('a', {duration: 1_000_000, isTrap: true});
	await guarded.commands.unban('a');
	reply({banEndsInMs: 1_000_000});
	await banning;
	fail();

	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

for (const [what, begin] of bans) {
	test(`nor does ${what} that fails after the unban`, async t => {
		let fails = (_error: Error) => {};
		const {guarded} = failingLater({
			ban: () =>
				new Promise((_resolve, reject) => {
					fails = reject;
				}),
		});
		const banning = Promise.allSettled([begin(guarded)]);
		await guarded.commands.unban('a');
		fails(new Error('down'));
		await banning;

		t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	});
}

for (const [what, begin] of bans) {
	for (const isTaken of [true, false]) {
		test(`a reset leaves ${what} ban that the store is about to ${isTaken ? 'take' : 'refuse'}`, async t => {
			let settle = () => {};
			const {guarded, fail} = failingLater({
				ban: () =>
					new Promise((resolve, reject) => {
						settle = () =>
							isTaken ? resolve({banEndsInMs: 1_000_000}) : reject(new Error('down'));
					}),
			});
			const banning = Promise.allSettled([begin(guarded)]);
			await guarded.commands.reset('a');
			settle();
			await banning;
			fail();

			t.is((await guarded.admit('a', [], {})).kind, 'banned');
		});
	}
}

test("a verdict on a trap's ban that began here leaves it a trap's: reports count", async t => {
	const {guarded, pass, fail} = failingLater({
		admit: () => ({kind: 'banned', by: 'hand', endsInMs: 4990}),
	});
	await guarded.ban('a', {duration: 5000, isTrap: true});
	pass(20);
	await guarded.admit('a', [], {});
	fail();

	t.deepEqual(await guarded.report('a', banRule, report), {reports: 1, banEndsInMs: 4980});
});

test('a verdict on a ban by hand that ends at another time replaces the one that is known', async t => {
	const {guarded, fail} = failingLater({
		admit: () => ({kind: 'banned', by: 'hand', reason: 'spam', endsInMs: 2000}),
	});
	await guarded.ban('a', {duration: 5000, isTrap: true});
	await guarded.admit('a', [], {});
	fail();

	t.like(await guarded.admit('a', [], {}), {reason: 'spam', endsInMs: 2000});
	t.deepEqual(await guarded.report('a', banRule, report), {reports: 0, banEndsInMs: 2000});
});

test('a client in a banned range is known to be banned itself, too', async t => {
	const {guarded, fail} = failingLater({report: () => ({reports: 0, banEndsInMs: 5000})});
	const reporting = guarded.report('192.0.2.1', banRule, report);
	await guarded.commands.banRange('192.0.2.0/24', {duration: 9000});
	await reporting;
	fail();
	await guarded.commands.unbanRange('192.0.2.0/24');

	t.like(await guarded.admit('192.0.2.1', [], {}), {kind: 'banned', endsInMs: 5000});
});

test('of two bans that are known here, the one that ends later tells whether a trap asks', async t => {
	let asked = 0;
	const {guarded} = failingLater({
		report: () => ({reports: 0, banEndsInMs: 9000}),
		ban: () => {
			asked += 1;
			throw new Error('full');
		},
	});
	await guarded.ban('a', {duration: 1000, isTrap: true});
	await guarded.report('a', banRule, report);
	t.deepEqual(await guarded.ban('a', {duration: 5000, isTrap: true}), {banEndsInMs: 9000});
	t.is(asked, 1);
});

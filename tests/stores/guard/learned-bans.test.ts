import test from 'ava';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {
	banRule,
	commandsOnly,
	failable,
	guard,
	rule,
	slowStore,
} from '../../support/guarded-store.ts';

const banned: Verdict = {kind: 'banned', by: 'hand', endsInMs: Infinity};
const admitted: Verdict = {kind: 'admitted', quotas: []};

test('a ban in a verdict of the store holds while the store fails, and ends at its time', async t => {
	const {guarded, pass, fail} = failable([
		{kind: 'banned', by: 'reports', reason: 'login', endsInMs: 500},
	]);
	await guarded.admit('a', [rule], {});
	fail();

	pass(200);
	t.deepEqual(await guarded.admit('a', [rule], {}), {
		kind: 'banned',
		by: 'reports',
		reason: 'login',
		endsInMs: 300,
	});
	t.is((await guarded.admit('b', [rule], {})).kind, 'admitted');
	pass(300);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('a ban in a synchronous verdict holds while the store fails, too', t => {
	let isDown = false;
	const {guarded} = guard(
		{
			...commandsOnly,
			admit: () => {
				if (isDown) {
					throw new Error('down');
				}

				return banned;
			},
		},
		'memory',
	);
	guarded.admit('a', [], {});
	isDown = true;

	t.like(guarded.admit('a', [], {}), {kind: 'banned', endsInMs: Infinity});
});

test('an admission by the store ends a ban that an earlier verdict included', async t => {
	const {guarded, fail} = failable([banned, admitted]);
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {});
	fail();

	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('a ban by hand in a verdict is in place of a longer one by reports that an earlier verdict included', async t => {
	const {guarded, fail} = failable([
		{kind: 'banned', by: 'reports', endsInMs: 9000},
		{kind: 'banned', by: 'hand', endsInMs: 500},
	]);
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {});
	fail();

	t.like(await guarded.admit('a', [rule], {}), {by: 'hand', endsInMs: 500});
});

test("a ban by reports is learned, although a trap's began while the store was asked", async t => {
	const {store, pending, fail} = slowStore();
	const {guarded, pass} = guard(store, 'memory');
	const reported = guarded.report('a', banRule, {weight: 2});
	await guarded.ban('a', {duration: 1000, isTrap: true});
	pending[0]?.resolve({reports: 2, banEndsInMs: 5000, begunForMs: 5000});
	await reported;
	fail();
	pass(1000);

	t.like(await guarded.admit('a', [rule], {}), {by: 'reports', endsInMs: 4000});
});

test('a ban that began elsewhere, of which the outcome of a report tells, holds while the store fails', async t => {
	const {guarded, pass, fail} = failable([{reports: 0, banEndsInMs: 500}]);
	await guarded.report('a', banRule, {weight: 1});
	fail();

	t.like(await guarded.admit('a', [rule], {}), {kind: 'banned', endsInMs: 500});
	pass(500);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('the outcome of a report replaces no ban that is known', async t => {
	const {guarded, fail} = failable([
		{kind: 'banned', by: 'reports', reason: 'login', endsInMs: 500},
		{reports: 0, banEndsInMs: 500},
	]);
	await guarded.admit('a', [rule], {});
	await guarded.report('a', banRule, {weight: 1});
	fail();

	t.like(await guarded.admit('a', [rule], {}), {by: 'reports', reason: 'login'});
});

test('a ban that the outcome of a report shows to end later than any that is known began elsewhere', async t => {
	const {guarded, fail} = failable([
		{kind: 'banned', by: 'reports', reason: 'login', endsInMs: 500},
		{reports: 0, banEndsInMs: 9000},
	]);
	await guarded.admit('a', [rule], {});
	await guarded.report('a', banRule, {weight: 1});
	fail();

	t.deepEqual(await guarded.admit('a', [rule], {}), {kind: 'banned', by: 'hand', endsInMs: 9000});
});

test("while the store fails, no report counts during a ban by hand of which a verdict has told: it may be an operator's", async t => {
	const {guarded, pass, fail} = failable([{kind: 'banned', by: 'hand', endsInMs: 500}]);
	await guarded.admit('a', [rule], {});
	fail();

	t.deepEqual(await guarded.report('a', banRule, {weight: 2}), {reports: 0, banEndsInMs: 500});
	pass(500);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('a ban by reports in a verdict is in place of a longer one by hand that an earlier verdict included', async t => {
	const {guarded, pass, fail} = failable([banned, {kind: 'banned', by: 'reports', endsInMs: 500}]);
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {});
	fail();

	t.like(await guarded.admit('a', [rule], {}), {by: 'reports', endsInMs: 500});
	pass(500);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('the admission of an immune request ends no ban', async t => {
	const {guarded, fail} = failable([banned, admitted]);
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {immune: true});
	fail();

	t.is((await guarded.admit('a', [rule], {})).kind, 'banned');
});

test('a ban by reports and a manual ban hold while the store fails, once the store has them', async t => {
	const {guarded, fail} = failable([{reports: 2, banEndsInMs: 500, begunForMs: 500}]);
	await guarded.report('a', banRule, {weight: 2, reason: 'login'});
	await guarded.commands.ban('b', {duration: 600, reason: 'spam'});
	fail();

	t.like(await guarded.admit('a', [rule], {}), {by: 'reports', reason: 'login', endsInMs: 500});
	t.like(await guarded.admit('b', [rule], {}), {by: 'hand', reason: 'spam', endsInMs: 600});
});

test('a verdict that was asked for before an operator changed a ban does not change it back', async t => {
	const {store, pending, fail} = slowStore();
	const {guarded} = guard(store, 'memory', 1000);
	const asked = [guarded.admit('a', [rule], {}), guarded.admit('b', [rule], {})];
	await guarded.commands.unban('a');
	await guarded.commands.ban('b', {duration: 600});
	pending[0]?.resolve(banned);
	pending[1]?.resolve(admitted);
	t.deepEqual(
		(await Promise.all(asked)).map(({kind}) => kind),
		['banned', 'admitted'],
	);
	fail();

	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
	t.is((await guarded.admit('b', [rule], {})).kind, 'banned');
});

test('an admission that was asked for before a report does not end the ban that the report began', async t => {
	const {store, pending, fail} = slowStore();
	const {guarded} = guard(store, 'memory', 1000);
	const admission = guarded.admit('a', [], {});
	const report = guarded.report('a', banRule, {weight: 2});
	pending[1]?.resolve({reports: 2, banEndsInMs: 500, begunForMs: 500});
	await report;
	pending[0]?.resolve(admitted);
	await admission;
	fail();

	t.is((await guarded.admit('a', [], {})).kind, 'banned');
});

test('a ban that reports at the same time began is learned, in whichever order their outcomes come', async t => {
	for (const order of [
		[0, 1],
		[1, 0],
	]) {
		const {store, pending, fail} = slowStore();
		const {guarded} = guard(store, 'memory', 1000);
		const reports = [
			guarded.report('a', banRule, {weight: 1}),
			guarded.report('a', banRule, {weight: 1}),
		];
		for (const index of order) {
			pending[index]?.resolve(
				index === 0 ? {reports: 1} : {reports: 2, banEndsInMs: 500, begunForMs: 500},
			);
			await reports[index];
		}

		fail();
		t.is((await guarded.admit('a', [], {})).kind, 'banned');
	}
});

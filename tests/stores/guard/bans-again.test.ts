/* A client that is banned requests a trap again, on a route with bypass(). */
import test from 'ava';
import type {BanOutcome, NewBan} from '../../../source/stores/ban-records.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {
	banRule,
	commandsOnly,
	failing,
	type Guarded,
	guard,
	readOnly,
	rejectsBans,
} from '../../support/guarded-store.ts';

/** A store in which a client has a ban of 5,000 ms, and what it was asked. */
function banned(): Guarded & {asked: NewBan[]} {
	const asked: NewBan[] = [];

	return {
		...guard(
			{
				...commandsOnly,
				ban: async (_client, ban) => {
					asked.push(ban);
					return {banEndsInMs: Math.max(5000, ban.duration)};
				},
			},
			'memory',
		),
		asked,
	};
}

const trap = {duration: 1000, isTrap: true};

test('while a ban is known to end later than a new one would, no trap hit asks the store', async t => {
	const {guarded, asked, pass} = banned();
	t.deepEqual(await guarded.ban('a', trap), {banEndsInMs: 5000});
	for (let hit = 0; hit < 9; hit += 1) {
		pass(100);
		t.deepEqual(await guarded.ban('a', trap), {banEndsInMs: 4900 - 100 * hit});
	}

	t.is(asked.length, 1);
	pass(100);
	t.deepEqual(
		await guarded.ban('a', trap),
		{banEndsInMs: 5000},
		'another process may have ended it',
	);
	t.is(asked.length, 2);
});

test('a trap hit that would make a ban longer asks the store', async t => {
	const {guarded, asked, pass} = banned();
	await guarded.ban('a', {...trap, duration: 5000});
	pass(1);
	await guarded.ban('a', {...trap, duration: 5000});
	t.is(asked.length, 2);
	await guarded.ban('a', {...trap, duration: Infinity});
	await guarded.ban('a', {...trap, duration: Infinity});
	t.is(asked.length, 3, 'an endless ban cannot be longer');
});

test('an operator who ends the ban ends what is remembered of it', async t => {
	const {guarded, asked} = banned();
	await guarded.ban('a', trap);
	await guarded.commands.unban('a');
	await guarded.ban('a', trap);
	t.is(asked.length, 2);
	await guarded.commands.ban('a', {duration: 10});
	await guarded.ban('a', trap);
	t.is(asked.length, 4, 'a shorter ban is in its place');
});

test("reports during a trap's ban ask the store until it says that they do not count", async t => {
	const outcomes = [
		{reports: 1, banEndsInMs: 1000},
		{reports: 2, banEndsInMs: 1000, begunForMs: 1000},
	];
	const {guarded} = guard({...commandsOnly, report: () => outcomes.shift() ?? t.fail()}, 'open');
	await guarded.ban('a', trap);
	for (const outcome of [...outcomes, ...Array(9).fill({reports: 0, banEndsInMs: 1000})]) {
		t.deepEqual(await guarded.report('a', banRule, {weight: 1}), outcome);
	}

	t.deepEqual(await guarded.ban('a', trap), {banEndsInMs: 1000});
});

test("reports during a trap's ban that only this process knows of count in the store", async t => {
	const store = new MemoryStore({clock: () => 0});
	const {guarded} = guard(
		{
			...commandsOnly,
			...rejectsBans,
			report: (client, rule, given) => store.report(client, rule, given),
		},
		'closed',
	);
	t.deepEqual(await guarded.ban('a', trap), {banEndsInMs: 1000});
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {
		reports: 1,
		banEndsInMs: 1000,
	});
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {
		reports: 2,
		banEndsInMs: 1000,
		begunForMs: 500,
	});
	t.is(guarded.knownBan('a')?.endsInMs, 1000);
});

test("while the store fails, reports count during a trap's ban, and a ban begins behind it", async t => {
	const {guarded, pass} = guard({...failing, ...rejectsBans}, 'memory');
	await guarded.ban('a', {...trap, duration: 400});
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {
		reports: 1,
		banEndsInMs: 400,
	});
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {
		reports: 2,
		banEndsInMs: 500,
		begunForMs: 500,
	});
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {reports: 0, banEndsInMs: 500});
	pass(400);
	t.deepEqual(await guarded.admit('a', [], {}), {kind: 'banned', by: 'reports', endsInMs: 100});
	pass(100);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

test("reports that are known not to count ask nothing after a trap's ban either, for a second", async t => {
	let asked = 0;
	const {guarded, pass} = guard(
		{
			...commandsOnly,
			report: () => {
				asked += 1;
				return {reports: 0, banEndsInMs: 5000};
			},
		},
		'open',
	);
	const report = async () => guarded.report('a', banRule, {weight: 1});
	await report();
	pass(900);
	await guarded.ban('a', {...trap, duration: 9000});
	t.deepEqual(await report(), {reports: 0, banEndsInMs: 9000});
	pass(99);
	await report();
	t.is(asked, 1);
	pass(1);
	await report();
	t.is(asked, 2, 'the ban by reports may be over');
});

for (const policy of ['open', 'closed'] as const) {
	test(`under '${policy}', a report that the store does not take tells of the ban that it has not taken either`, async t => {
		const {guarded} = guard({...failing, ...rejectsBans}, policy);
		await guarded.ban('a', trap);
		t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {reports: 0, banEndsInMs: 1000});
		t.deepEqual(await guarded.report('b', banRule, {weight: 1}), {reports: 0});
	});
}

test('of a ban that only a report has told of, a trap asks nothing: this process holds it when the store fails', async t => {
	let isDown = false;
	const {guarded} = guard(
		{
			...readOnly,
			report: () => {
				if (isDown) {
					throw new Error('down');
				}

				return {reports: 0, banEndsInMs: 5000};
			},
			admit: () => {
				throw new Error('down');
			},
			ban: () => t.fail(),
		},
		'memory',
	);
	await guarded.report('a', banRule, {weight: 1});
	t.deepEqual(await guarded.ban('a', trap), {banEndsInMs: 5000});
	isDown = true;
	t.like(await guarded.admit('a', [], {}), {kind: 'banned', endsInMs: 5000});
});

test("a trap's ban that has left another's as it is does not pass for that one when the store fails", async t => {
	const {guarded} = guard(
		{
			...failing,
			ban: () => ({banEndsInMs: 5000}),
		},
		'memory',
	);
	t.deepEqual(await guarded.ban('a', {...trap, reason: 'trap'}), {banEndsInMs: 5000});
	t.deepEqual(
		await guarded.admit('a', [], {}),
		{kind: 'banned', by: 'hand', endsInMs: 5000},
		'nobody here knows its reason',
	);
	t.deepEqual(
		await guarded.report('a', banRule, {weight: 1}),
		{reports: 0, banEndsInMs: 5000},
		"it may be an operator's",
	);
});

test('reports count again when a ban by reports ends behind that of a trap', async t => {
	const outcomes = [
		{reports: 2, banEndsInMs: 900, begunForMs: 500},
		{reports: 1, banEndsInMs: 400},
	];
	const {guarded, pass} = guard(
		{...commandsOnly, report: () => outcomes.shift() ?? t.fail()},
		'open',
	);
	await guarded.report('a', banRule, {weight: 2});
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {reports: 0, banEndsInMs: 900});
	pass(500);
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {reports: 1, banEndsInMs: 400});
});

test('a shorter ban of a trap ends no longer one that began here, when the store takes it', async t => {
	let fails = true;
	let reply = (_outcome: BanOutcome) => {};
	const {guarded} = guard(
		{
			...readOnly,
			ban: async (_client, {duration}) => {
				if (fails) {
					throw new Error('down');
				}

				return duration === 1000
					? new Promise(resolve => {
							reply = resolve;
						})
					: {banEndsInMs: duration};
			},
		},
		'memory',
	);
	fails = false;
	const shorter = guarded.ban('a', trap);
	fails = true;
	await guarded.ban('a', {...trap, duration: 9000});
	reply({banEndsInMs: 1000});
	t.deepEqual(await shorter, {banEndsInMs: 1000});
	t.like(await guarded.admit('a', [], {}), {kind: 'banned', endsInMs: 9000});
});

import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import type {Counted, Store, Verdict} from '../../../source/index.ts';
import {
	checkedBanOutcome,
	checkedOutcome,
	checkedVerdict,
} from '../../../source/stores/guard/check-reply.ts';
import {commandsOnly, guard, rule} from '../../support/guarded-store.ts';
import {unhandledRejections} from '../../support/unhandled-rejections.ts';

const entry: Counted = {rule, cost: 1, receipt: {any: 'thing'}};

/** A store that can fail, and that notes what is given back. */
function returning(overrides: Partial<Store> = {}) {
	const returned: unknown[] = [];
	let isDown = false;
	const guarded = guard(
		{
			...commandsOnly,
			admit: async (): Promise<Verdict> => {
				if (isDown) {
					throw new Error('down');
				}

				return {kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 5}], counted: [entry]};
			},
			giveBack: async (client, counted) => {
				returned.push([client, counted]);
			},
			...overrides,
		},
		'memory',
	);

	return {
		...guarded,
		returned,
		fail: (is = true) => {
			isDown = is;
		},
	};
}

const countedOf = (verdict: unknown) => (verdict as {counted: readonly Counted[]}).counted;

test('a place is given back to the store that has counted it', async t => {
	const {guarded, returned, fail} = returning();
	const ofStore = countedOf(await guarded.admit('a', [rule], {returnable: true}));
	t.deepEqual(ofStore, [entry]);
	fail();
	const here = countedOf(await guarded.admit('a', [rule], {returnable: true}));
	const alsoHere = await guarded.admit('a', [rule], {returnable: true});
	t.is(alsoHere.kind, 'admitted');
	t.is((await guarded.admit('a', [rule], {})).kind, 'limited', 'both places are taken here');

	guarded.giveBack('a', here);
	t.deepEqual(returned, []);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted', 'a place is free again');
	fail(false);
	guarded.giveBack('a', ofStore, 'b');
	t.deepEqual(returned, [['a', [entry]]]);
});

test.serial('a store that cannot take a place back fails no request', async t => {
	const rejections = unhandledRejections(t);
	for (const giveBack of [
		() => {
			throw new Error('down');
		},
		async () => {
			throw new Error('down');
		},
	]) {
		const {guarded, heard} = returning({giveBack});
		const entries = countedOf(await guarded.admit('a', [rule], {returnable: true}));
		t.notThrows(() => guarded.giveBack('a', entries));
		await new Promise(setImmediate);
		t.deepEqual(heard, ['failed']);
	}

	t.deepEqual(rejections, []);
});

test('a ban of a handler holds in this process while the store does not take it', async t => {
	const {guarded} = returning({
		ban: async () => {
			throw new Error('down');
		},
	});
	t.deepEqual(await guarded.ban('a', {duration: 400, isTrap: true}), {banEndsInMs: 400});
	t.deepEqual(
		await guarded.ban('a', {duration: 100, isTrap: true}),
		{banEndsInMs: 400},
		'never shortened',
	);
	t.deepEqual(await guarded.admit('a', [rule], {}), {kind: 'banned', by: 'hand', endsInMs: 400});
	t.deepEqual(await guarded.ban('a', {duration: 500, isTrap: true}), {banEndsInMs: 500});
	t.like(await guarded.admit('a', [rule], {}), {endsInMs: 500});
});

test("under 'closed', a ban of a handler that the store does not take closes the gate for a second", async t => {
	const {guarded, pass} = guard(
		{
			...commandsOnly,
			admit: async () => ({kind: 'admitted', quotas: []}),
			ban: async () => {
				throw new Error('down');
			},
		},
		'closed',
	);
	await guarded.ban('a', {duration: 400});
	t.is((await guarded.admit('b', [rule], {})).kind, 'unavailable');
	pass(1000);
	t.is((await guarded.admit('b', [rule], {})).kind, 'admitted');
});

test('a ban that began here stays where the store has taken a shorter one', async t => {
	let isDown = true;
	const {guarded} = returning({
		ban: async (_client, {duration}) => {
			if (isDown) {
				throw new Error('down');
			}

			return {banEndsInMs: duration};
		},
	});
	await guarded.ban('a', {duration: 400, reason: 'long', isTrap: true});
	isDown = false;
	await guarded.ban('a', {duration: 100, isTrap: true});
	t.like(await guarded.admit('a', [rule], {}), {reason: 'long', endsInMs: 400});
	await guarded.commands.ban('a', {duration: 100});
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted', 'an operator replaces it');
});

test('what a store has counted and its outcomes are checked, field by field', t => {
	const quotas = [{rule, remaining: 1, freesInMs: 5}];
	const read = (counted: unknown) => checkedVerdict({kind: 'admitted', quotas, counted}, [rule]);

	t.deepEqual(read([{...entry, rule: {id: rule.id}}]), {
		kind: 'admitted',
		quotas,
		counted: [entry],
	});
	t.deepEqual(read(undefined), {kind: 'admitted', quotas});
	t.deepEqual(read('nonsense'), {kind: 'admitted', quotas});
	for (const bad of [
		null,
		{...entry, rule: {id: 'another'}},
		{...entry, cost: '1'},
		{...entry, cost: Number.NaN},
	]) {
		t.throws(() => read([bad]), {instanceOf: TypeError});
	}

	t.deepEqual(checkedBanOutcome({banEndsInMs: Infinity}), {banEndsInMs: Infinity});
	for (const bad of [undefined, {}, {banEndsInMs: 0}, {banEndsInMs: '5'}]) {
		t.throws(() => checkedBanOutcome(bad), {instanceOf: TypeError});
	}

	t.deepEqual(checkedOutcome({reports: 1, banEndsInMs: 5, begunForMs: 5, strike: 2}), {
		reports: 1,
		banEndsInMs: 5,
		begunForMs: 5,
		strike: 2,
	});
	t.deepEqual(checkedOutcome({reports: 1, banEndsInMs: 5, begunForMs: 5, strike: 'x'}), {
		reports: 1,
		banEndsInMs: 5,
		begunForMs: 5,
	});
});

test("under 'closed', bans that wait for their turn too long close the gate for nobody", async t => {
	const {guarded} = guard(
		{
			...commandsOnly,
			recall: () => undefined,
			admit: async () => ({kind: 'admitted', quotas: []}),
			ban: async (_client, {duration}) => {
				await setTimeout(300);
				return {banEndsInMs: duration};
			},
		},
		'closed',
		500,
	);
	// On a quiet machine most of them get no turn in time.
	const bans = Array.from({length: 2000}, () => guarded.ban('a', {duration: 400}));
	await Promise.all(bans);

	t.is((await guarded.admit('b', [rule], {})).kind, 'admitted');
});

import test from 'ava';
import {MemoryStore, type Verdict} from '../../source/index.ts';
import {Probation} from '../../source/marks/probation.ts';
import {UnguardedStore} from '../../source/stores/guard/unguarded-store.ts';

const SECOND = 1000;

const rule = {name: 'global', count: 1, window: SECOND, id: '1/1000/global'};

/** A probation on a store whose clock the test moves, and a function that says whether it trusts a client. */
function onProbation() {
	const clock = {now: 0};
	const store = new MemoryStore({clock: () => clock.now});
	const probation = new Probation({
		rules: [rule],
		isCertain: true,
		banRule: undefined,
		store: new UnguardedStore(store, unexpected),
	});
	const isTrusted = (client: string) => {
		const may =
			probation.mayBegin(client, () => store.admit(client, [rule], {peek: true})) &&
			probation.begin(client);
		if (may) {
			probation.end(client);
		}

		return may;
	};

	return {clock, store, probation, isTrusted};
}

test('a second suspension never shortens the first', t => {
	const {clock, probation, isTrusted} = onProbation();
	probation.suspend('a', 3600 * SECOND);
	probation.suspend('a');
	clock.now = 3599 * SECOND;
	t.false(isTrusted('a'));
	clock.now = 3600 * SECOND;
	t.true(isTrusted('a'));
});

test('however many clients are suspended, no other client loses its exemptions', t => {
	const {clock, store, probation, isTrusted} = onProbation();
	const wrong = Array.from({length: 30_000}, (_, index) => `client ${index}`);
	for (const [index, client] of wrong.entries()) {
		if (index % 3 === 0) {
			store.ban(client, {duration: 3600 * SECOND});
			probation.suspend(client, 3600 * SECOND);
		} else {
			store.admit(client, [rule], {});
			probation.suspend(client);
		}
	}

	t.false(wrong.some(isTrusted), 'not even clients that are no longer remembered');
	t.true(isTrusted('health check'));
	t.is(
		store.admit('health check', [rule], {}).kind,
		'admitted',
		'the exempt request was not counted',
	);
	t.false(isTrusted('health check'), 'a client over its limit is not trusted during that time');

	clock.now += SECOND;
	t.deepEqual(
		['health check', 'client 1', 'client 3'].map(isTrusted),
		[true, true, false],
		'a ban keeps its suspension',
	);
	clock.now = 3601 * SECOND;
	store.admit('health check', [rule], {});
	t.true(isTrusted('health check'), 'the store is no longer asked');
	t.true(isTrusted('client 3'));
});

test('two banned clients with short suspensions do not end those of each other', async t => {
	const {clock, store, probation, isTrusted} = onProbation();
	for (let index = 0; index < 10_001; index += 1) {
		probation.suspend(`later ${index}`, 7200 * SECOND);
	}

	for (let round = 0; round < 5; round += 1) {
		clock.now += SECOND;
		for (const client of ['a', 'b']) {
			store.ban(client, {duration: 3600 * SECOND});
			t.is(isTrusted(client), false);
			probation.suspend(client, 3600 * SECOND);
		}
	}
});

test('a request that waits for the verdict of the store takes no place in flight until it begins', async t => {
	const store = {
		now: () => 0,
		admit: async (): Promise<Verdict> => ({kind: 'admitted', quotas: []}),
	};
	const slow = new Probation({rules: [rule], isCertain: true, banRule: undefined, store});
	for (let index = 0; index < 10_001; index += 1) {
		slow.suspend(`${index}`, 7200 * SECOND);
	}

	const together = Array.from({length: 3}, () => slow.mayBegin('a', store.admit));
	t.deepEqual(await Promise.all(together), [true, true, true]);
	t.true(slow.begin('a'));
	t.false(slow.begin('a'), 'there is one place');
	t.false(slow.mayBegin('a', store.admit), 'the store is not asked');
	slow.end('a');
	t.true(slow.begin('a'));
	slow.end('a');
	slow.suspend('a');
	t.false(slow.begin('a'), 'it was suspended meanwhile');
});

test('a client is trusted while the store fails', t => {
	const unavailable = {admit: () => ({kind: 'unavailable'}) as const, now: () => 0};
	const failing = new Probation({
		rules: [rule],
		isCertain: true,
		banRule: undefined,
		store: unavailable,
	});
	for (let index = 0; index < 10_001; index += 1) {
		failing.suspend(`${index}`, Infinity);
	}

	t.true(failing.mayBegin('health check', unavailable.admit));
});

test('after a suspension without end was dropped, the store is asked for one day', t => {
	const {clock, store, probation, isTrusted} = onProbation();
	for (let index = 0; index < 10_001; index += 1) {
		probation.suspend(`${index}`, Infinity);
	}

	store.ban('0', {duration: Infinity});
	t.false(isTrusted('0'), 'its suspension was dropped');
	clock.now += 24 * 3600 * SECOND;
	t.true(isTrusted('0'), 'the store is no longer asked');
	t.false(isTrusted('1'), 'its suspension is remembered');
});

function unexpected(): never {
	throw new Error('The store needs no guard');
}

test('the end of a ban shortens no suspension that has grown since', t => {
	const {clock, probation, isTrusted} = onProbation();
	probation.suspend('a', 3600 * SECOND);
	const seen = probation.suspendedUntil('a') ?? 0;
	probation.suspend('a', 7200 * SECOND);
	probation.liftBan('a', seen);
	clock.now = 3600 * SECOND;
	t.false(isTrusted('a'));

	probation.liftBan('a', probation.suspendedUntil('a') ?? 0);
	t.true(isTrusted('a'));
});

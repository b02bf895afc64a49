import test from 'ava';
import type {StoredBan} from '../../../source/index.ts';
import {GuardedStore} from '../../../source/stores/guard/guarded-store.ts';
import {RangeWatch} from '../../../source/stores/guard/range-watch.ts';
import {commandsOnly, gatesOn, guard, rule, unobserved} from '../../support/guarded-store.ts';
import {until} from '../../support/latch.ts';

const range: StoredBan = {client: '203.0.113.0/24', by: 'hand', endsInMs: 500};
const admit = async () => ({kind: 'admitted', quotas: []}) as const;
const banned = {kind: 'banned', by: 'hand', endsInMs: 500} as const;

/** A store whose replies about ranges the test gives one by one. */
function slowRanges() {
	const pending: Array<{reply: (ranges: unknown) => void; fail: (error: Error) => void}> = [];
	const store = {
		...commandsOnly,
		admit,
		ranges: () =>
			new Promise<never>((resolve, reject) => {
				pending.push({reply: ranges => resolve(ranges as never), fail: reject});
			}),
	};

	return {store, pending};
}

test('the first questions wait for the first read, and later ones for none', async t => {
	const {store, pending} = slowRanges();
	const asked: string[] = [];
	const noting = {
		...store,
		admit: async (client: string) => {
			asked.push(client);
			return admit();
		},
	};
	const {guarded} = guard(noting, 'memory', 1000);
	const first = [guarded.admit('203.0.113.7', [], {}), guarded.admit('203.0.113.8', [rule], {})];
	const immune = guarded.admit('203.0.113.7', [rule], {immune: true});
	const other = guarded.admit('198.51.100.7', [], {});
	let isDecided = false;
	Promise.all(first).then(() => {
		isDecided = true;
	});
	await new Promise(setImmediate);
	t.false(isDecided);
	t.is(pending.length, 1, 'one read for all of them');
	t.deepEqual(asked, []);
	pending[0]?.reply([range]);

	t.deepEqual(await Promise.all(first), [banned, banned]);
	t.is((await immune).kind, 'admitted');
	t.is((await other).kind, 'admitted');
	t.deepEqual(asked, ['203.0.113.7', '198.51.100.7'], 'what a range refuses is not counted');
	t.deepEqual(guarded.admit('203.0.113.7', [], {}), banned, 'known at once');
	t.deepEqual(guarded.knownBan('203.0.113.7'), banned);
	t.is(guarded.knownBan('198.51.100.7'), undefined);
	t.is(pending.length, 1);
	guarded.commands.close();
});

test('gates on one store read its ranges once', async t => {
	const {store, pending} = slowRanges();
	const gates = gatesOn(store, 'memory', 'open', 'closed');
	const verdicts = gates.map(gate => gate.admit('203.0.113.7', [], {}));
	pending[0]?.reply([range]);

	t.deepEqual(
		(await Promise.all(verdicts)).map(({kind}) => kind),
		['banned', 'banned', 'banned'],
	);
	t.is(pending.length, 1);
	await Promise.all(gates.map(gate => gate.commands.close()));
});

test('if reading fails, the ranges that are known hold; five failures in a row are reported', async t => {
	const replies: Array<() => unknown> = [
		() => [range],
		() => Promise.reject(new Error('down')),
		() => {
			throw new Error('down');
		},
		() => [{client: 5, endsInMs: 5}] as never,
		() => Promise.resolve([{client: '10.0.0.0/8', endsInMs: 'x'}]),
		() => Promise.reject(new Error('fifth')),
		() => Promise.reject(new Error('sixth')),
		() => [],
		() => Promise.reject(new Error('down')),
	];
	let read = 0;
	const learned: unknown[] = [];
	const failures: string[] = [];
	const watch = new RangeWatch(
		{
			...commandsOnly,
			ranges: () => {
				read += 1;
				return replies[read - 1]?.() as never;
			},
		},
		ranges => learned.push(ranges),
	);
	const onError = (error: unknown) => failures.push((error as Error).message);
	t.is(
		watch.firstRead({timeout: 1000, onError}),
		undefined,
		'a store that has them at hand is not awaited',
	);
	for (let round = 1; round < replies.length; round += 1) {
		watch.refresh();
		await new Promise(setImmediate);
	}

	t.deepEqual(learned, [[range], []]);
	t.deepEqual(failures, ['fifth', 'sixth']);
	watch.stop();
	// On a loaded machine, its timer may have read once more.
	const before = read;
	watch.refresh();
	t.is(read, before, 'a watch that has ended reads no more');
});

test('a first read that never comes is given up, and the questions are decided', async t => {
	const {store} = slowRanges();
	const {guarded, heard} = guard(store, 'memory', 5);

	t.is((await guarded.admit('203.0.113.7', [rule], {})).kind, 'admitted');
	t.deepEqual(heard, []);
	guarded.commands.close();
});

test('each gate waits for the first read for its own timeout, whichever gate began it', async t => {
	const {store, pending} = slowRanges();
	const hour = 3_600_000;
	const [patient, hasty] = [hour, 20].map(
		timeout => new GuardedStore(store, {policy: 'memory', timeout, observer: unobserved}),
	) as [GuardedStore, GuardedStore];
	let isDecided = false;
	const waiting = Promise.resolve(patient.admit('203.0.113.7', [rule], {})).then(verdict => {
		isDecided = true;
		return verdict;
	});

	t.is((await hasty.admit('203.0.113.7', [rule], {})).kind, 'admitted');
	t.is((await hasty.admit('203.0.113.8', [rule], {})).kind, 'admitted', 'it has waited already');
	t.false(isDecided);
	t.is(pending.length, 1, 'one read for both');
	pending[0]?.reply([range]);
	t.deepEqual(await waiting, banned);
	await Promise.all([patient.commands.close(), hasty.commands.close()]);
});

test('a read that began before a change in this process does not undo it', async t => {
	const {store, pending} = slowRanges();
	const {guarded} = guard(store, 'memory', 1000);
	const first = guarded.admit('203.0.113.7', [], {});
	await guarded.commands.banRange('203.0.113.0/24', {duration: 500});
	pending[0]?.reply([{...range, client: '198.51.100.0/24'}]);
	t.deepEqual(await first, banned);
	t.deepEqual(guarded.admit('203.0.113.7', [], {}), banned);
	t.deepEqual(guarded.admit('198.51.100.7', [], {}), banned, 'what others have changed is learned');

	await guarded.commands.unbanRange('203.0.113.0/24');
	t.is((await guarded.admit('203.0.113.7', [], {})).kind, 'admitted');
	guarded.commands.close();
});

test('while a read is on its way, no other begins', async t => {
	const {store, pending} = slowRanges();
	const learned: unknown[] = [];
	const watch = new RangeWatch(store, ranges => learned.push(ranges));
	watch.firstRead({timeout: 1000, onError: () => {}});
	watch.refresh();
	t.is(pending.length, 1);
	pending[0]?.reply([]);
	await until(() => learned.length === 1);
	await new Promise(setImmediate);
	watch.refresh();
	t.is(pending.length, 2);
	watch.stop();
});

test('a range that the store has not taken does not hold', async t => {
	const {guarded} = guard(
		{
			...commandsOnly,
			admit,
			banRange: async () => {
				throw new Error('full');
			},
		},
		'memory',
	);
	await t.throwsAsync(guarded.commands.banRange('203.0.113.0/24', {duration: 500}), {
		message: 'full',
	});
	t.is((await guarded.admit('203.0.113.7', [], {})).kind, 'admitted');
	guarded.commands.close();
});

test("under 'closed', nobody is admitted until the ranges are known", async t => {
	let isDown = true;
	const {guarded} = guard(
		{
			...commandsOnly,
			admit,
			ranges: async () => {
				if (isDown) {
					throw new Error('down');
				}

				return [range];
			},
		},
		'closed',
		1000,
	);
	t.is((await guarded.admit('198.51.100.7', [rule], {})).kind, 'unavailable');
	t.is((await guarded.admit('198.51.100.7', [], {immune: true})).kind, 'admitted');
	isDown = false;
	// The next read comes within a second.
	while ((await guarded.admit('198.51.100.7', [rule], {})).kind === 'unavailable') {
		await new Promise(setImmediate);
	}

	t.deepEqual(await guarded.admit('203.0.113.7', [rule], {}), banned);
	guarded.commands.close();
});

test('while five reads have no reply, the ranges are read once a minute', async t => {
	const {store, pending} = slowRanges();
	let failures = 0;
	const watch = new RangeWatch(store, () => {});
	const onError = () => {
		failures += 1;
	};
	watch.firstRead({timeout: 1, onError});
	await until(() => {
		watch.refresh();
		return pending.length === 5;
	});
	// The fifth is given up.
	await until(() => failures === 1);
	await new Promise(setImmediate);

	let seconds = 0;
	while (pending.length === 5) {
		watch.refresh();
		seconds += 1;
	}

	t.true(seconds >= 50 && seconds <= 60, `its own timer may have ticked: ${seconds}`);
	await until(() => failures === 2);
	await new Promise(setImmediate);
	watch.refresh();
	t.is(pending.length, 6);

	pending[0]?.fail(new Error('closed'));
	pending[1]?.reply([]);
	await new Promise(setImmediate);
	watch.refresh();
	t.is(pending.length, 7, 'the connection has broken, or the server replies again');
	pending[6]?.reply([]);
	await new Promise(setImmediate);
	watch.refresh();
	t.is(pending.length, 8, 'replies that were lost before one in time do not count');
	watch.stop();
});

test('a change that fails drops no other', async t => {
	const {store, pending} = slowRanges();
	const learned: string[] = [];
	const watch = new RangeWatch(store, () => learned.push('read'));
	watch.firstRead({timeout: 1000, onError: () => {}});
	let isBroken = false;
	watch.change(() => {
		if (isBroken) {
			throw new Error('broken');
		}
	});
	watch.change(() => learned.push('change'));
	isBroken = true;
	pending[0]?.reply([]);
	await new Promise(setImmediate);

	t.deepEqual(learned, ['change', 'read', 'change']);
	watch.stop();
});

test('a range that the store has taken holds, although this process knows of 1,000 others', async t => {
	const others = Array.from({length: 1000}, (_, index) => ({
		...range,
		client: `10.${index >> 8}.${index & 255}.0/24`,
	}));
	const {guarded} = guard({...commandsOnly, admit, ranges: () => others}, 'memory');
	t.is((await guarded.admit('203.0.113.7', [rule], {})).kind, 'admitted');
	// Another process has ended one of them, so that the store has room.
	await t.notThrowsAsync(guarded.commands.banRange('203.0.113.0/24', {duration: 500}));

	t.deepEqual(guarded.admit('203.0.113.7', [rule], {}), banned);
	guarded.commands.close();
});

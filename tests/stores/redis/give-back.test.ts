import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {anyCharacter} from '../../support/generators/any-character.ts';
import {
	decide,
	type OpenedRedisStore,
	openRedisStore,
	SPARE,
	scriptsRun,
} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {runs} from '../../support/runs.ts';
import {
	admittedWith,
	counted,
	escalating,
	fill,
	limit,
	limitedBy,
	quota,
} from '../contract/promised.ts';

const rule = limit(3, 60_000);
const single = limit(1, 60_000, 'single');

async function logsOf(prefix: string): Promise<string[]> {
	const keys = (await opened.run('KEYS', `${prefix}{a}*`)) as string[];
	return keys.filter(key => !key.includes('~'));
}

test.serial('a give-back is one script, however many rules there are', async t => {
	const {store} = await openRedisStore(opened);
	const rules = [rule, single, limit(2000, 60_000, 'long')];
	const costs = [2, 1, 900];
	const entries = await counted(store, rules, {costs});
	await store.giveBack('a', entries);
	const before = await scriptsRun(opened);

	await store.giveBack('a', await counted(store, rules, {costs}));
	t.is((await scriptsRun(opened)) - before, 2, 'one to count, one to give back');
	await store.giveBack('a', []);
	t.is((await scriptsRun(opened)) - before, 2);
});

test('a log keeps its time to live after a give-back, and is gone with its last event', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const first = await counted(store, [rule]);
	const rest = await counted(store, [rule], {costs: [2]});
	const [log = ''] = await logsOf(prefix);
	await opened.run('PEXPIRE', log, String(SPARE + 20_000));
	for (const entries of [first, rest]) {
		await store.giveBack('a', entries);
		const left = Number(await opened.run('PTTL', log)) - SPARE;
		t.true(entries === rest ? left === -2 - SPARE : left > 5000 && left <= 20_000, `${left}`);
	}
});

test('what is left of a log is as small as if nothing else had been counted', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const first = await counted(store, [rule]);
	await pass(10);
	const second = await counted(store, [rule]);
	await store.giveBack('a', second);
	const [log = ''] = await logsOf(prefix);
	t.is(await opened.run('GET', log), '1800000000123', 'the text of one event');
	await store.giveBack('a', second);
	t.is(await opened.run('GET', log), '1800000000123', 'its time is another');
	await counted(store, [rule], {costs: [2]});
	await store.giveBack('a', first);

	t.is(await opened.run('STRLEN', log), 8 + 4 * 2);
	await pass(100);
	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 59_900)));
});

test('only as many events as the entry has are given back, of those at its time', async t => {
	const {store, pass} = await openRedisStore(opened);
	const wide = limit(9, 60_000, 'wide');
	await counted(store, [wide], {costs: [2]});
	await pass(1);
	await counted(store, [wide], {costs: [2]});
	const entries = await counted(store, [wide], {costs: [3]});
	await pass(1);
	await counted(store, [wide], {costs: [1]});
	await store.giveBack('a', entries);

	t.deepEqual(
		await store.admit('a', [wide], {peek: true, costs: [5]}),
		limitedBy(quota(wide, 4, 59_998)),
	);
	await pass(59_998);
	t.deepEqual(await store.admit('a', [wide], {costs: [0]}), admittedWith(quota(wide, 6, 1)));
});

test('a log over 2^32 ms is given back from on either side of it', async t => {
	const wrap = 419 * 2 ** 32;
	const {store, pass, prefix} = await openRedisStore(opened);
	await opened.run('SET', `${prefix}clock`, String(wrap - 2));
	const all = [];
	for (let each = 0; each < 3; each += 1) {
		all.push(await counted(store, [rule]));
		await pass(2);
	}

	await store.giveBack('a', all[1] ?? []);
	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 59_994)));
	await store.giveBack('a', all[0] ?? []);
	await store.giveBack('a', all[2] ?? []);
	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 60_000)));
});

test('after the clock has gone back a little, the time at which a request was counted is given back', async t => {
	const {store, pass} = await openRedisStore(opened);
	await fill(store, [rule], 1);
	await pass(-900);
	const [entry] = await counted(store, [rule], {costs: [2]});
	t.like(entry?.receipt, {at: 1_800_000_000_123}, 'the clock of the log stands still');
	await store.giveBack('a', entry ? [entry] : []);

	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1, 60_900)));
});

test('after the clock has gone back far, an entry from before is no longer there', async t => {
	const {store, pass} = await openRedisStore(opened);
	const entries = await counted(store, [rule], {costs: [2]});
	await pass(-3_600_000);
	await counted(store, [rule], {costs: [3]});
	await store.giveBack('a', entries);

	t.is((await store.admit('a', [rule], {})).kind, 'limited');
	await pass(2 ** 32 + 3_600_000);
	await counted(store, [rule], {costs: [3]});
	await store.giveBack('a', entries);
	t.is((await store.admit('a', [rule], {})).kind, 'limited', 'its time has the same lower bits');
});

test('a request that this process remembers to refuse is admitted after a give-back', async t => {
	const {store} = await openRedisStore(opened);
	const entries = await counted(store, [single]);
	t.is((await decide(store, 'a', [single])).kind, 'limited');
	t.is((await decide(store, 'a', [rule, single])).kind, 'limited');
	t.is(store.recall('a', [rule, single], {})?.kind, 'limited');
	await store.giveBack('a', entries);

	t.is(store.recall('a', [rule, single], {}), undefined);
	t.is((await decide(store, 'a', [single])).kind, 'admitted');
});

test('a refusal that was asked for before a give-back is not remembered after it', async t => {
	const {store} = await openRedisStore(opened);
	const entries = await counted(store, [single]);
	const refused = decide(store, 'a', [single]);
	await setImmediate();
	await store.giveBack('a', entries);

	t.is((await refused).kind, 'limited');
	t.is(store.recall('a', [single], {}), undefined);
	t.is((await decide(store, 'a', [single])).kind, 'admitted');
});

test('a give-back forgets neither bans nor refusals under other rules', async t => {
	const {store} = await openRedisStore(opened);
	const other = limit(1, 60_000, 'other');
	const entries = await counted(store, [single]);
	await fill(store, [other], 1);
	t.is((await decide(store, 'a', [other])).kind, 'limited');
	await store.giveBack('a', entries);
	t.is(store.recall('a', [other], {})?.kind, 'limited');

	const more = await counted(store, [single]);
	await store.ban('a', {duration: 60_000});
	t.is((await decide(store, 'a', [single])).kind, 'banned');
	await store.giveBack('a', more);
	t.is(store.recall('a', [single], {})?.kind, 'banned');
});

test('a log that no longer counts, since a reset is forgotten, does not count after a give-back either', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const entries = await counted(store, [rule]);
	await store.reset('a');
	await counted(store, [rule], {costs: [3]});
	// As a server does that is out of memory.
	await opened.run('DEL', `${prefix}{a}`);
	await store.giveBack('a', entries);

	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 2, 60_000)));
});

test('a log that ends in the middle of an event is given back from', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const entries = await counted(store, [rule], {costs: [2]});
	const [log = ''] = await logsOf(prefix);
	await opened.run('APPEND', log, 'x');
	t.deepEqual(await store.admit('a', [rule], {costs: [2]}), limitedBy(quota(rule, 1, 60_000)));
	await store.giveBack('a', entries);

	t.is(await opened.run('EXISTS', log), 0);
});

test('whatever is in its keys, a give-back and a list of bans succeed', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const entries = await counted(store, [rule, single], {costs: [2, 1]});
	const keys = [`${prefix}{a}`, `${prefix}{a}#`, `${prefix}{a}~`, ...(await logsOf(prefix))];
	const head = '\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000';
	const garbage = fc.oneof(
		fc.string({unit: anyCharacter, maxLength: 60}),
		fc.constantFrom(
			'',
			'1',
			'1800000000123',
			'180000000012x',
			head,
			`${head}abcd`,
			`${head}abcdefgh`,
		),
		fc.constantFrom('0 r inf  ', '0 r 1900000000000 "x" ', '7 99', '1 inf', '1234567 inf', '2 nan'),
		fc.string({unit: 'binary', minLength: 8, maxLength: 5000}),
	);
	const survives = fc.asyncProperty(
		fc.array(garbage, {minLength: 5, maxLength: 5}),
		async texts => {
			await Promise.all(keys.map((key, place) => opened.run('SET', key, texts[place] ?? '')));
			await store.giveBack('a', entries);
			for await (const page of store.bans()) {
				t.true(page.every(({strike = 1}) => strike >= 1));
			}

			await store.report('a', escalating(1, 1000, [1, 2], 1000), {weight: 1});
			await store.ban('a', {duration: 5, isTrap: true});
		},
	);
	await t.notThrowsAsync(() => fc.assert(survives, {numRuns: runs(100)}));

	for (const key of keys) {
		await opened.run('DEL', key);
		await opened.run('RPUSH', key, 'x');
	}

	await t.notThrowsAsync(() => store.giveBack('a', entries));
});

test('a give-back that a client sends again frees no other place', async t => {
	const {store, pass, prefix, again} = await resending();
	const first = await counted(store, [rule]);
	await counted(store, [rule]);
	await counted(store, [rule]);
	await store.giveBack('a', first);
	await again();

	t.deepEqual(await decide(store, 'a', [rule]), admittedWith(quota(rule, 0, 60_000)));
	t.is((await decide(store, 'a', [rule])).kind, 'limited');
	const keys = async () => ((await opened.run('KEYS', `${prefix}{*}~*`)) as string[]).length;
	t.is(await keys(), 1);
	await pass(1);
	await store.reset('a');
	await opened.run('DEL', `${prefix}{a}~`);
	await store.giveBack('a', await counted(store, [rule]));
	t.is(await keys(), 0, 'nothing is kept where there is nothing to mistake');
});

test('10,000 give-backs of a client in one millisecond leave one small key for a minute', async t => {
	const {store, prefix, again} = await resending();
	const wide = limit(5, 60_000, 'wide');
	await fill(store, [wide], 1);
	for (let each = 0; each < 10_000; each += 1) {
		await store.giveBack('a', await counted(store, [wide]));
	}

	const keys = (await opened.run('KEYS', `${prefix}{*}*`)) as string[];
	t.is(keys.length, 2, 'the log is the other one');
	const key = `${prefix}{a}~`;
	t.is(await opened.run('STRLEN', key), 128 * 8);
	t.true(Number(await opened.run('MEMORY', 'USAGE', key)) < 1500);
	const left = Number(await opened.run('PTTL', key)) - SPARE;
	t.true(left > 0 && left <= 60_000, `${left}`);

	await again();
	const {quotas} = await store.inspect('a', [wide], undefined);
	t.is(quotas[0]?.remaining, 4, 'sent again, the last one frees nothing');
});

test('each of the last 128 give-backs is known when a client sends it again', async t => {
	const {store, again} = await resending();
	const wide = limit(500, 60_000, 'wide');
	const all = [];
	for (let each = 0; each < 129; each += 1) {
		all.push(await counted(store, [wide]));
	}

	await fill(store, [wide], 371);
	for (const entries of all) {
		await store.giveBack('a', entries);
	}

	for (let ago = 1; ago <= 128; ago += 1) {
		await again(ago);
	}

	const remaining = async () => (await store.inspect('a', [wide], undefined)).quotas[0]?.remaining;
	t.is(await remaining(), 129);
	await again(129);
	t.is(await remaining(), 130, 'the one before is no longer known');
});

/** A store whose client can send its last give-backs again, as it does when its connection breaks. */
async function resending(): Promise<
	OpenedRedisStore & {
		/** @param ago which one: 1 is the last */
		again(ago?: number): Promise<void>;
	}
> {
	const sent: Array<() => Promise<unknown>> = [];
	const client = new Proxy(opened.client as object, {
		get: (client, name) => {
			const value = Reflect.get(client, name);
			return typeof value === 'function'
				? (...args: unknown[]) => {
						const send = () => value.apply(client, args);
						const [command] = args as Array<{args?: readonly unknown[]} | undefined>;
						if (command?.args?.some(arg => String(arg).endsWith('}~'))) {
							sent.push(send);
						}

						return send();
					}
				: value;
		},
	});

	return {
		...(await openRedisStore({...opened, client: client as typeof opened.client})),
		again: async (ago = 1) => {
			const send = sent.at(-ago);
			if (send === undefined) {
				throw new Error('The client has sent no such give-back');
			}

			await send();
		},
	};
}

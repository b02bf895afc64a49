import {
	admittedWith,
	ban,
	fill,
	kinds,
	limit,
	limitedBy,
	listed,
	type Promised,
	quota,
	shown,
	sorted,
} from './promised.ts';

export function countersKept(promised: Promised): void {
	promised('a rule with a different count, window or name starts from zero', async (t, {store}) => {
		await fill(store, [limit(1, 1000, 'x')], 1);

		t.deepEqual(await kinds(store, [limit(1, 1000, 'x')], 1), ['limited']);
		t.deepEqual(await kinds(store, [limit(2, 1000, 'x')], 3), ['admitted', 'admitted', 'limited']);
		t.deepEqual(await kinds(store, [limit(1, 1001, 'x')], 2), ['admitted', 'limited']);
		t.deepEqual(await kinds(store, [limit(1, 1000, 'X')], 2), ['admitted', 'limited']);
	});

	promised('equal rules with the same name share a counter', async (t, {store}) => {
		await fill(store, [limit(2, 1000, 'login')], 1);
		await fill(store, [limit(2, 1000, 'login')], 1);

		t.deepEqual(await kinds(store, [limit(2, 1000, 'login')], 1), ['limited']);
	});

	promised('a rule name can be any printable ASCII text', async (t, {store}) => {
		const names = ['x', 'X', ' ', '  ', 'x:y', 'x/y', '{x}', '}', '*', '"', '\\', '__proto__', '1'];
		const rules = names.map(name => limit(1, 1000, name));

		t.deepEqual(
			await store.admit('a', rules, {}),
			admittedWith(...rules.map(rule => quota(rule, 0, 1000))),
		);
		for (const rule of rules) {
			t.deepEqual(await store.admit('a', [rule], {}), limitedBy(quota(rule, 0, 1000)));
		}
	});

	promised(
		'requests and reports are counted separately, even by rules with the same id',
		async (t, {store}) => {
			const rule = limit(3, 1000, 'ban');
			const banRule = ban(3, 1000, 500, 'ban');
			await fill(store, [rule], 2);

			t.is(banRule.id, rule.id);
			t.deepEqual(await store.report('a', banRule, {weight: 2}), {reports: 2});
			t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
		},
	);
}

const separators = [':', '/', '|', ',', '.', ' ', '\0', '\n', '{', '}', '*', '-', '_'];

/** Keys that a careless store would confuse with each other, with its own fields, or with an absent key. */
const hostileKeys = [
	'a',
	'A',
	'0',
	'00',
	'__proto__',
	'constructor',
	'toString',
	'hasOwnProperty',
	...separators,
	...separators.map(separator => `a${separator}`),
	...separators.map(separator => `a${separator}1/1000/x`),
	'a\0b',
	'{a}',
	'{}',
	'\u00fc',
	'u\u0308',
	'\ufffd',
	'\u{1f600}',
	'x'.repeat(100_000),
	`${'x'.repeat(99_999)}y`,
];

export function clientsApart(promised: Promised): void {
	promised('clients are counted separately, whatever their keys', async (t, {store}) => {
		const rules = [limit(1, 1000, 'x')];

		for (const client of hostileKeys) {
			t.deepEqual(await kinds(store, rules, 2, client), ['admitted', 'limited'], shown(client));
		}
	});

	promised('reports of clients are counted separately, whatever their keys', async (t, {store}) => {
		const banRule = ban(2, 1000, 500);

		for (const client of hostileKeys) {
			t.deepEqual(await store.report(client, banRule, {weight: 1}), {reports: 1}, shown(client));
		}
	});

	promised(
		'clients are banned, listed and unbanned separately, whatever their keys',
		async (t, opened) => {
			const {store} = opened;
			for (const [index, client] of hostileKeys.entries()) {
				t.is((await store.admit(client, [], {})).kind, 'admitted', shown(client));
				await store.ban(client, {duration: 1000, reason: `${index}`});
			}

			t.deepEqual(
				await listed(store),
				sorted(
					hostileKeys.map((client, index) => {
						return {client, by: 'hand', reason: `${index}`, endsInMs: 1000};
					}),
				),
			);
			for (const client of hostileKeys) {
				t.is((await store.admit(client, [], {})).kind, 'banned', shown(client));
				await store.unban(client);
			}

			t.deepEqual(await listed(store), []);
		},
	);

	promised('what happens to one client does not affect the others', async (t, {store}) => {
		const rule = limit(2, 1000);
		const banRule = ban(2, 1000, 500);
		await fill(store, [rule], 1, 'b');
		await store.report('b', banRule, {weight: 1});
		await store.ban('c', {duration: 500});

		await fill(store, [rule], 2);
		await store.report('a', banRule, {weight: 2});
		await store.ban('a', {duration: 500});
		await store.unban('a');
		await store.reset('a');
		t.deepEqual(await store.admit('b', [rule], {}), admittedWith(quota(rule, 0, 1000)));
		t.deepEqual(await store.report('b', banRule, {weight: 1}), {
			reports: 2,
			banEndsInMs: 500,
			begunForMs: 500,
		});
		t.is((await store.admit('c', [rule], {})).kind, 'banned');
	});
}

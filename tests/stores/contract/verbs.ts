import {
	admittedWith,
	ban,
	bannedBy,
	DAY,
	fill,
	kinds,
	limit,
	listed,
	type Promised,
	quota,
} from './promised.ts';

export function bansByHand(promised: Promised): void {
	promised('without rules the ban alone is asked, and nothing is counted', async (t, {store}) => {
		const rule = limit(1, 1000);

		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		t.deepEqual(await store.admit('a', [], {late: true}), admittedWith());
		await store.ban('a', {duration: 500});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 500));
		await store.unban('a');
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('a ban by hand begins at once and lasts its duration', async (t, {store, pass}) => {
		await store.ban('a', {duration: 500, reason: 'a scraper'});

		t.deepEqual(await store.admit('a', [limit(1, 1000)], {}), bannedBy('hand', 500, 'a scraper'));
		await pass(499);
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 1, 'a scraper'));
		await pass(1);
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
	});

	promised('a ban by hand may last 60 days, or for ever', async (t, {store, pass}) => {
		await store.ban('a', {duration: 60 * DAY});
		await store.ban('b', {duration: Infinity});
		await pass(60 * DAY - 1);

		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 1));
		await pass(1);
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		await pass(4000 * DAY);
		t.deepEqual(await store.admit('b', [], {}), bannedBy('hand', Infinity));
	});

	promised(
		'a ban by hand takes the place of any ban, a longer one too',
		async (t, {store, pass}) => {
			await store.report('a', ban(1, 1000, 5000), {weight: 1, reason: 'reported'});
			await pass(100);
			await store.ban('a', {duration: 50});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 50));

			await store.ban('a', {duration: Infinity, reason: 'enough'});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', Infinity, 'enough'));
			await store.ban('a', {duration: 20});
			await pass(20);
			t.deepEqual(await store.admit('a', [], {}), admittedWith());
		},
	);

	promised('a ban by hand spends the reports under every ban rule', async (t, {store, pass}) => {
		const rules = [ban(3, 1000, 500), ban(3, 1000, 500, 'other')];
		for (const banRule of rules) {
			await store.report('a', banRule, {weight: 2});
		}

		await store.ban('a', {duration: 10});
		await pass(10);
		for (const banRule of rules) {
			t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
		}
	});

	promised('a report during a ban by hand is not counted', async (t, {store, pass}) => {
		const banRule = ban(2, 1000, 500);
		await store.ban('a', {duration: 10, reason: 'by hand'});

		t.deepEqual(await store.report('a', banRule, {weight: 2, reason: 'reported'}), {
			reports: 0,
			banEndsInMs: 10,
		});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 10, 'by hand'));
		await pass(10);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
	});

	promised(
		'a ban by hand that is over leaves room for one by reports',
		async (t, {store, pass}) => {
			await store.ban('a', {duration: 10, reason: 'by hand'});
			await pass(10);

			t.deepEqual(await store.report('a', ban(1, 1000, 500), {weight: 1}), {
				reports: 1,
				banEndsInMs: 500,
			});
			t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 500));
		},
	);
}

export function forgiveness(promised: Promised): void {
	promised('unban ends a ban at once', async (t, {store}) => {
		await store.ban('a', {duration: Infinity});
		await store.report('b', ban(1, 1000, 500), {weight: 1});
		t.is((await store.admit('a', [], {})).kind, 'banned');
		t.is((await store.admit('b', [], {})).kind, 'banned');

		await store.unban('a');
		await store.unban('b');
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		t.deepEqual(await store.admit('b', [], {}), admittedWith());
	});

	promised('unban forgets the reports, but not the requests', async (t, {store}) => {
		const rule = limit(2, 1000);
		const banRule = ban(3, 1000, 500);
		await fill(store, [rule], 1);
		await store.report('a', banRule, {weight: 2});
		await store.unban('a');

		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('reset forgets requests under every rule, and reports', async (t, {store}) => {
		const rules = [limit(1, 1000, 'first'), limit(2, 1000, 'second')];
		const banRule = ban(3, 1000, 500);
		await fill(store, rules, 1);
		await store.report('a', banRule, {weight: 2});
		t.deepEqual(await kinds(store, rules, 1), ['limited']);
		await store.reset('a');

		t.deepEqual(await kinds(store, rules, 2), ['admitted', 'limited']);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
	});

	promised('reset leaves a ban as it is', async (t, {store, pass}) => {
		await store.report('a', ban(1, 1000, 500), {weight: 1, reason: 'reported'});
		await pass(100);
		await store.reset('a');

		t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 400, 'reported'));
	});

	promised('a client that nothing is known of can be unbanned and reset', async (t, {store}) => {
		const rule = limit(1, 1000);
		await store.unban('a');
		await store.reset('a');

		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});
}

export function bansListed(promised: Promised): void {
	promised('the bans in force are listed whole, and no others', async (t, {store, pass}) => {
		t.deepEqual(await listed(store), []);
		await store.admit('asked', [limit(1, 1000)], {});
		await store.report('reported', ban(2, 1000, 500), {weight: 1});
		await store.report('bad', ban(2, 1000, 500), {weight: 2, reason: 'login'});
		await store.ban('worse', {duration: 501});
		await store.ban('worst', {duration: Infinity, reason: ''});
		await store.ban('forgiven', {duration: 900});
		await store.unban('forgiven');
		await pass(499);

		t.deepEqual(await listed(store), [
			{client: 'bad', by: 'reports', reason: 'login', endsInMs: 1},
			{client: 'worse', by: 'hand', endsInMs: 2},
			{client: 'worst', by: 'hand', reason: '', endsInMs: Infinity},
		]);
		await pass(1);
		t.deepEqual(await listed(store), [
			{client: 'worse', by: 'hand', endsInMs: 1},
			{client: 'worst', by: 'hand', reason: '', endsInMs: Infinity},
		]);
		await pass(1);
		t.deepEqual(await listed(store), [
			{client: 'worst', by: 'hand', reason: '', endsInMs: Infinity},
		]);
	});

	promised(
		'a client stands once in the list, with the ban that replaced its others',
		async (t, opened) => {
			const {store} = opened;
			await store.report('a', ban(1, 1000, 500), {weight: 1, reason: 'reported'});
			await store.ban('a', {duration: 900});
			await store.ban('a', {duration: 300, reason: 'by hand'});

			t.deepEqual(await listed(store), [
				{client: 'a', by: 'hand', reason: 'by hand', endsInMs: 300},
			]);
		},
	);

	promised('hundreds of bans are listed, and may be ended while they are', async (t, {store}) => {
		const clients = Array.from({length: 500}, (_, index) => `client ${index}`);
		for (const client of clients) {
			await store.ban(client, {duration: 1000});
		}

		const seen: string[] = [];
		for await (const page of store.bans()) {
			for (const {client} of page) {
				seen.push(client);
				await store.unban(client);
			}
		}

		t.deepEqual(seen.sort(), clients.sort());
		t.deepEqual(await listed(store), []);
	});
}

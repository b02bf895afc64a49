import {admittedWith, ban, bannedBy, DAY, limit, listed, type Promised, quota} from './promised.ts';

export function manualBans(promised: Promised): void {
	promised('without rules, only a ban matters, and nothing is counted', async (t, {store}) => {
		const rule = limit(1, 1000);

		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		t.deepEqual(await store.admit('a', [], {late: true}), admittedWith());
		await store.ban('a', {duration: 500});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 500));
		await store.unban('a');
		t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 1000)));
	});

	promised('a manual ban begins at once and lasts for its duration', async (t, {store, pass}) => {
		await store.ban('a', {duration: 500, reason: 'a scraper'});

		t.deepEqual(await store.admit('a', [limit(1, 1000)], {}), bannedBy('hand', 500, 'a scraper'));
		await pass(499);
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 1, 'a scraper'));
		await pass(1);
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
	});

	promised('a manual ban can last for 60 days, or forever', async (t, {store, pass}) => {
		await store.ban('a', {duration: 60 * DAY});
		await store.ban('b', {duration: Infinity});
		await pass(60 * DAY - 1);

		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 1));
		await pass(1);
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
		await pass(4000 * DAY);
		t.deepEqual(await store.admit('b', [], {}), bannedBy('hand', Infinity));
	});

	promised('ban() returns when the ban ends', async (t, {store}) => {
		t.deepEqual(await store.ban('a', {duration: 500}), {banEndsInMs: 500});
		t.deepEqual(await store.ban('a', {duration: 20}), {banEndsInMs: 20});
		t.deepEqual(await store.ban('a', {duration: 10, isTrap: false}), {banEndsInMs: 10});
		t.deepEqual(await store.ban('a', {duration: Infinity}), {banEndsInMs: Infinity});
	});

	promised('a manual ban replaces any other ban, even a longer one', async (t, {store, pass}) => {
		await store.report('a', ban(1, 1000, 5000), {weight: 1, reason: 'reported'});
		await pass(100);
		await store.ban('a', {duration: 50});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 50));

		await store.ban('a', {duration: Infinity, reason: 'enough'});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', Infinity, 'enough'));
		await store.ban('a', {duration: 20});
		await pass(20);
		t.deepEqual(await store.admit('a', [], {}), admittedWith());
	});

	promised('a manual ban deletes the reports under every ban rule', async (t, {store, pass}) => {
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

	promised('a report during a manual ban is not counted', async (t, {store, pass}) => {
		const banRule = ban(2, 1000, 500);
		await store.ban('a', {duration: 10, reason: 'manual'});

		t.deepEqual(await store.report('a', banRule, {weight: 2, reason: 'reported'}), {
			reports: 0,
			banEndsInMs: 10,
		});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('hand', 10, 'manual'));
		await pass(10);
		t.deepEqual(await store.report('a', banRule, {weight: 1}), {reports: 1});
	});

	promised('after a manual ban, reports can begin a new ban', async (t, {store, pass}) => {
		await store.ban('a', {duration: 10, reason: 'manual'});
		await pass(10);

		t.deepEqual(await store.report('a', ban(1, 1000, 500), {weight: 1}), {
			reports: 1,
			banEndsInMs: 500,
			begunForMs: 500,
		});
		t.deepEqual(await store.admit('a', [], {}), bannedBy('reports', 500));
	});
}

export function bansListed(promised: Promised): void {
	promised(
		'the list contains every ban in force, with all its fields, and no others',
		async (t, {store, pass}) => {
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
		},
	);

	promised('a client is in the list once, with its latest ban', async (t, opened) => {
		const {store} = opened;
		await store.report('a', ban(1, 1000, 500), {weight: 1, reason: 'reported'});
		await store.ban('a', {duration: 900});
		await store.ban('a', {duration: 300, reason: 'manual'});

		t.deepEqual(await listed(store), [{client: 'a', by: 'hand', reason: 'manual', endsInMs: 300}]);
	});

	promised('hundreds of bans can be listed, and ended during the listing', async (t, {store}) => {
		const clients = Array.from({length: 300}, (_, index) => `client ${index}`);
		await Promise.all(clients.map(async client => store.ban(client, {duration: 1000})));

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

import test from 'ava';
import {forEachPackage, sendMany} from '../../../support/redis/faulty-server.ts';

test.serial('a ban that this process knows holds while the server is gone', async t => {
	await forEachPackage(t, async ({http, gate, server, store}, name) => {
		await gate.ban('127.0.0.1', {duration: 600, reason: 'spam'});
		t.is((await http.get('/')).status, 403, name);
		await server.kill();

		store.close();
		t.is((await http.get('/')).status, 403, name);
		t.is((await http.get('/')).status, 403, name);
	});
});

test.serial('a report while the server is gone counts in this process', async t => {
	await forEachPackage(t, async ({http, server}, name) => {
		await server.kill();

		const report = async () => (await http.get('/report')).body;
		t.deepEqual(await report(), {reports: 1, banned: false}, name);
		t.deepEqual(await report(), {reports: 2, banned: true, retryAfter: 600}, name);
		t.is((await http.get('/')).status, 403, name);
	});
});

for (const [policy, status] of [
	['open', 200],
	['closed', 503],
] as const) {
	test.serial(
		`under '${policy}', every request gets a ${status} while the server is gone`,
		async t => {
			await forEachPackage(
				t,
				async ({http, server}, name) => {
					await server.kill();
					t.deepEqual(new Set(await sendMany(http)), new Set([status]), name);
				},
				policy,
			);
		},
	);
}

test.serial('every command rejects in time while the server is gone', async t => {
	await forEachPackage(t, async ({gate, server}, name) => {
		await server.kill();

		await Promise.all(
			[
				gate.ban('203.0.113.7'),
				gate.unban('203.0.113.7'),
				gate.reset('203.0.113.7'),
				gate.bans().next(),
			].map(command => t.throwsAsync(command, undefined, name)),
		);
	});
});

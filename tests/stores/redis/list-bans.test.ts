import {randomUUID} from 'node:crypto';
import test from 'ava';
import {RedisStore} from '../../../source/redis.ts';
import {opened} from '../../support/redis/shared.ts';

test('bans are listed in short pages, so that none holds up the event loop', async t => {
	const store = new RedisStore({client: opened.client, prefix: `${randomUUID()}:`});
	const names = Array.from({length: 450}, (_, index) => `client ${index}`);
	await Promise.all(names.map(name => store.ban(name, {duration: 60_000})));

	const listed: string[] = [];
	for await (const page of store.bans()) {
		t.true(page.length <= 100);
		listed.push(...page.map(({client}) => client));
	}

	t.deepEqual(listed.toSorted(), names.toSorted());
});

import test from 'ava';
import {RedisStore} from '../../../source/redis.ts';
import {opened} from '../../support/redis/shared.ts';
import {ban, limit} from '../contract/promised.ts';

test('times are those of the server clock, and a log expires after its window', async t => {
	const store = new RedisStore({client: opened.client});
	const rule = limit(1, 60_000);
	await store.admit('a', [rule], {});
	const verdict = await store.admit('a', [rule], {});

	t.like(verdict, {kind: 'limited'});
	const frees = verdict.kind === 'limited' ? verdict.quotas[0]?.freesInMs : undefined;
	t.true(frees !== undefined && frees <= 60_000 && frees > 50_000, `${frees}`);
	const keys = (await opened.run('KEYS', 'gk:{a}*')) as string[];
	const life = Number(await opened.run('PTTL', keys[0] ?? ''));
	t.true(life > 0 && life <= 60_000, `${life}`);
});

test('a ban begins now, and expires when it ends', async t => {
	const store = new RedisStore({client: opened.client});
	await store.report('b', ban(1, 60_000, 30_000), {weight: 1});
	const verdict = await store.admit('b', [], {});

	t.like(verdict, {kind: 'banned', by: 'reports'});
	const ends = verdict.kind === 'banned' ? verdict.endsInMs : undefined;
	t.true(ends !== undefined && ends <= 30_000 && ends > 20_000, `${ends}`);
	const life = Number(await opened.run('PTTL', 'gk:{b}'));
	t.true(life > 0 && life <= 30_000, `${life}`);
});

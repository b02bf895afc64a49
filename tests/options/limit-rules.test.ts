import test from 'ava';
import type {Context} from 'koa';
import {settleLimits} from '../../source/options/limit-rules.ts';
import type {Limits} from '../../source/options/limits.ts';
import {bytesHeld} from '../support/bytes-held.ts';

test('the name of a rule that a function returns does not keep the text that it was cut from in memory', async t => {
	let header = '';
	const limits = settleLimits(() => ({count: 1, window: 60, name: header.slice(0, 20)}), {
		option: 'rateLimitRule',
		nextName: () => 'global',
		warn: () => {},
		isFixed: true,
	}) as (ctx: Context) => Limits;
	const before = bytesHeld();
	const kept: Limits[] = [];
	for (let index = 0; index < 200; index += 1) {
		header = `${index}`.padEnd(100_000, '-').concat('\n');
		kept.push(limits({} as Context));
	}

	t.true(bytesHeld() - before < 1_000_000, `${bytesHeld() - before} bytes are held`);
	t.is(kept.length, 200);
});

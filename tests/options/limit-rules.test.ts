import test from 'ava';
import type {Context} from 'koa';
import {settleLimits} from '../../source/options/limit-rules.ts';
import type {Limits} from '../../source/options/limits.ts';
import {bytesHeld} from '../support/bytes-held.ts';

/** Reads what a function returns for requests. */
function settledBy(returned: () => unknown): () => Limits {
	const limits = settleLimits(returned, {
		option: 'rateLimitRule',
		nextName: () => 'global',
		warn: () => {},
		isFixed: true,
	}) as (ctx: Context) => Limits;

	return () => limits({} as Context);
}

test('rules that a function returns again are as fixed as those that the app is made with', t => {
	const plans = [{count: 1, window: 60, name: 'plan'}];
	const again = settledBy(() => plans);
	t.false(again().rules[0]?.isFixed);
	const limits = again();
	t.true(limits.rules[0]?.isFixed);
	t.is(again(), limits);

	const many = Array.from({length: 102}, (_, index) => ({count: 1, window: 60, name: `${index}`}));
	const turns = [...many, ...many, ...many].values();
	const next = settledBy(() => turns.next().value);
	const last = many
		.concat(many, many)
		.map(() => next().rules[0]?.isFixed)
		.slice(-102);
	t.is(last.filter(isFixed => isFixed).length, 100, 'others may be without end');

	const anew = settledBy(() => [{count: 1, window: 60, name: 'plan'}]);
	anew();
	t.false(anew().rules[0]?.isFixed);
});

test('the name of a rule that a function returns does not keep the text that it was cut from in memory', async t => {
	let header = '';
	const limits = settledBy(() => ({count: 1, window: 60, name: header.slice(0, 20)}));
	const before = bytesHeld();
	const kept: Limits[] = [];
	for (let index = 0; index < 200; index += 1) {
		header = `${index}`.padEnd(100_000, '-').concat('\n');
		kept.push(limits());
	}

	t.true(bytesHeld() - before < 1_000_000, `${bytesHeld() - before} bytes are held`);
	t.is(kept.length, 200);
});

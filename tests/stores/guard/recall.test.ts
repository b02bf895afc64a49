import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {commandsOnly, guard, rule} from '../../support/guarded-store.ts';
import {unhandledRejections} from '../../support/unhandled-rejections.ts';

const admit = async (): Promise<Verdict> => ({kind: 'admitted', quotas: []});

test('a remembered verdict needs no place, and does not close the breaker', async t => {
	let asked = 0;
	const known: Verdict = {kind: 'banned', by: 'hand', endsInMs: 1};
	const {guarded, pass, heard} = guard(
		{
			...commandsOnly,
			recall: client => (client === 'known' ? known : undefined),
			admit: async () => {
				asked += 1;
				throw new Error('down');
			},
		},
		'closed',
	);
	for (let round = 0; round < 9; round += 1) {
		t.deepEqual(await guarded.admit('known', [rule], {}), known);
		t.is((await guarded.admit('a', [rule], {})).kind, 'unavailable');
	}

	t.is(asked, 5);
	pass(20_000);
	t.deepEqual(await guarded.admit('known', [rule], {}), known);
	t.is((await guarded.admit('a', [rule], {})).kind, 'unavailable');
	t.is(asked, 6);
	t.deepEqual(heard, ['failed']);
});

test('a store that recalls nonsense, or throws, is asked', async t => {
	const throws = () => {
		throw new Error('down');
	};
	for (const recall of [() => 5 as never, throws]) {
		const {guarded} = guard({...commandsOnly, recall, admit}, 'closed');

		t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
	}
});

test.serial(
	'a store that recalls a promise is asked, and a rejection of the promise is handled',
	async t => {
		const unhandled = unhandledRejections(t);
		const recall = () => Promise.reject(new Error('down')) as never;
		const {guarded} = guard({...commandsOnly, recall, admit}, 'closed');

		t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
		await setImmediate();
		t.deepEqual(unhandled, []);
	},
);

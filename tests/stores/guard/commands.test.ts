import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {AskOptions} from '../../../source/stores/ask-options.ts';
import type {Commands} from '../../../source/stores/guard/gate-store.ts';
import type {Store} from '../../../source/stores/store.ts';
import {notSent} from '../../../source/stores/unfinished-error.ts';
import {
	banRule,
	commandsOnly,
	failing,
	gatesOn,
	guard,
	readOnly,
	rejectsBans,
	rule,
	slowStore,
} from '../../support/guarded-store.ts';

test('commands undo what was decided here while the store failed', async t => {
	const {guarded} = guard(failing, 'memory');
	const spend = async (client: string) => {
		await guarded.report(client, banRule, {weight: 2});
		await guarded.admit(client, [rule], {immune: true});
		await guarded.admit(client, [rule], {immune: true});
	};
	await spend('a');
	await spend('b');
	const unspent = {kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 1000}]};

	await guarded.commands.reset('a');
	t.is((await guarded.admit('a', [rule], {})).kind, 'banned', 'reset does not end a ban');
	await guarded.commands.unban('a');
	t.deepEqual(await guarded.admit('a', [rule], {}), unspent);
	t.is((await guarded.admit('b', [rule], {})).kind, 'banned');
	await guarded.commands.unban('b');
	t.is((await guarded.admit('b', [rule], {})).kind, 'limited', 'unban does not reset the counts');
	await guarded.commands.close();
	t.deepEqual(await guarded.admit('b', [rule], {}), unspent);
});

test('a command on one gate takes effect on every gate of the store, whatever its policy', async t => {
	const store: Store = {...failing};
	const [memory, open] = gatesOn(store, 'memory', 'open');

	await open?.commands.ban('a', {duration: 1000});
	t.is((await memory?.admit('a', [], {}))?.kind, 'banned');
	await open?.commands.unban('a');
	t.is((await memory?.admit('a', [], {}))?.kind, 'admitted');
});

test('a manual ban that the store rejected holds on every gate of the store', async t => {
	const [one, other] = gatesOn({...failing, ...rejectsBans}, 'memory', 'memory');

	await t.throwsAsync(async () => one?.commands.ban('a', {duration: 1000}));
	t.is((await other?.admit('a', [], {}))?.kind, 'banned');
	await other?.commands.unban('a');
	t.is((await one?.admit('a', [], {}))?.kind, 'admitted');
});

test('the gates of a store forget its bans when the last one is closed, however often the others are', async t => {
	const [one, other, last] = gatesOn({...failing, ...rejectsBans}, 'memory', 'open', 'memory');
	await t.throwsAsync(async () => one?.commands.ban('a', {duration: 1000}));
	for (const gate of [one, one, other, other]) {
		await gate?.commands.close();
		t.is((await last?.admit('a', [], {}))?.kind, 'banned');
	}

	await last?.commands.close();
	t.is((await last?.admit('a', [], {}))?.kind, 'admitted');
});

test('a reply that is on its way to one gate does not undo a command on another gate', async t => {
	const {store, pending} = slowStore();
	const [one, other] = gatesOn(store, 'memory', 'memory');

	const asked = one?.admit('a', [], {});
	await other?.commands.unban('a');
	pending[0]?.resolve({kind: 'banned', by: 'hand', endsInMs: 1000});
	t.is((await asked)?.kind, 'banned');
	const next = one?.admit('a', [], {});
	pending[1]?.reject(new Error('down'));
	t.is((await next)?.kind, 'admitted');
});

test("an operator's report that the store does not take closes a gate under 'closed' for a second", async t => {
	const {guarded, pass} = guard(readOnly, 'closed');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	await t.throwsAsync(guarded.commands.report('a', banRule, {weight: 1}));
	t.is((await guarded.admit('a', [], {})).kind, 'unavailable');
	pass(1000);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

/** Calls of each command that changes something, on one client. */
const changes: Readonly<Record<string, (commands: Commands) => Promise<unknown>>> = {
	ban: commands => commands.ban('a', {duration: 1000}),
	unban: commands => commands.unban('a'),
	reset: commands => commands.reset('a'),
	report: commands => commands.report('a', banRule, {weight: 1}),
};

for (const [name, change] of Object.entries(changes)) {
	test(`${name}: a store that is silent may have done it, as the error says`, async t => {
		const {guarded} = guard(
			storeOf(() => new Promise(() => {})),
			'memory',
		);

		await t.throwsAsync(change(guarded.commands), {
			code: 'ERR_GATEKEEPER_UNANSWERED',
			message: /within 5 ms .* may have taken effect/,
		});
	});

	test(`${name}: a store that was still waiting to send it drops it, and the error says so`, async t => {
		let wasSent = false;
		const waiting = ({signal}: AskOptions) =>
			new Promise<never>((_resolve, reject) => {
				signal.addEventListener('abort', () => reject(notSent('Not connected')));
			});
		const {guarded} = guard(
			storeOf(async asking => {
				await waiting(asking);
				wasSent = true;
			}),
			'memory',
		);

		await t.throwsAsync(change(guarded.commands), {code: 'ERR_GATEKEEPER_NOT_SENT'});
		await setImmediate();
		t.false(wasSent);
	});
}

test('ranges: a store that is silent has done nothing, and the error says nothing of it', async t => {
	const store = {...commandsOnly, ranges: () => new Promise<never>(() => {})};
	const {guarded} = guard(store, 'memory');

	await t.throwsAsync(guarded.commands.ranges(), {
		message: 'The store did not reply within 5 ms (storeTimeout)',
	});
});

test('a request or a report that is given up is no longer wanted by the store either', async t => {
	const given: AskOptions[] = [];
	const {guarded} = guard(
		storeOf(asking => {
			given.push(asking);
			return new Promise(() => {});
		}),
		'memory',
	);
	await guarded.admit('a', [rule], {});
	await guarded.report('a', banRule, {weight: 1});

	t.deepEqual(
		given.map(({signal}) => signal.aborted),
		[true, true],
	);
});

/** A store that does the same for every question. */
function storeOf(reply: (asking: AskOptions) => Promise<unknown>): Store {
	const last = (...given: readonly unknown[]) =>
		reply(given.at(-1) as AskOptions) as Promise<never>;

	return {...failing, admit: last, report: last, ban: last, unban: last, reset: last};
}

/* A thenable that resolves to itself: whoever awaits it never comes to an end, and nothing else runs. */
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Commands} from '../../../source/stores/guard/gate-store.ts';
import type {Store} from '../../../source/stores/store.ts';
import {banRule, commandsOnly, guard, rule} from '../../support/guarded-store.ts';
import {unhandledRejections} from '../../support/unhandled-rejections.ts';

const endless = {
	// biome-ignore lint/suspicious/noThenProperty: a store may return anything
	then(resolve: (value: unknown) => void): void {
		resolve(endless);
	},
} as never;

const reply = () => endless;
const store: Store = {
	...commandsOnly,
	ban: reply,
	unban: reply,
	reset: reply,
	report: reply,
	inspect: reply,
	banRange: reply,
	unbanRange: reply,
	bans: reply,
	close: reply,
};

/** What needs something of the reply rejects; the rest has what it needs. */
const rejecting: Readonly<Record<string, (commands: Commands) => Promise<unknown>>> = {
	ban: commands => commands.ban('a', {duration: 1000}),
	report: commands => commands.report('a', banRule, {weight: 1}),
	inspect: commands => commands.inspect('a', [rule], banRule),
	bans: pagesOf,
};

const resolving: Readonly<Record<string, (commands: Commands) => Promise<unknown>>> = {
	unban: commands => commands.unban('a'),
	reset: commands => commands.reset('a'),
	banRange: commands => commands.banRange('192.0.2.0/24', {duration: 1000}),
	unbanRange: commands => commands.unbanRange('192.0.2.0/24'),
	close: commands => commands.close(),
};

for (const [name, command] of Object.entries(rejecting)) {
	test(`${name}() rejects if the reply of the store is endless`, async t => {
		await t.throwsAsync(command(guard(store, 'memory').guarded.commands), {
			message: /^the store returned /,
		});
	});
}

for (const [name, command] of Object.entries(resolving)) {
	test(`${name}() does not await the end of an endless reply`, async t => {
		await t.notThrowsAsync(command(guard(store, 'memory').guarded.commands));
	});
}

const badBans: Readonly<Record<string, Store['bans']>> = {
	'a page': () => [endless],
	'the next step': () => ({[Symbol.asyncIterator]: () => ({next: reply})}),
	'the page of a step': () => ({
		[Symbol.asyncIterator]: () => ({next: async () => ({done: false, value: endless})}),
	}),
};

for (const [what, bans] of Object.entries(badBans)) {
	test(`bans() rejects if ${what} is endless`, async t => {
		const {commands} = guard({...commandsOnly, bans}, 'memory').guarded;
		await t.throwsAsync(pagesOf(commands), {message: /as a page of bans/});
	});
}

test.serial(
	'bans() rejects for a page that is a promise, and a rejection of that is handled',
	async t => {
		const unhandled = unhandledRejections(t);
		const bans = () => [Promise.reject(new Error('down'))] as never;
		await t.throwsAsync(pagesOf(guard({...commandsOnly, bans}, 'memory').guarded.commands), {
			message: /as a page of bans/,
		});
		await setImmediate();
		t.deepEqual(unhandled, []);
	},
);

test('bans() rejects if the store returns nothing', async t => {
	const bans = () => undefined as never;
	await t.throwsAsync(pagesOf(guard({...commandsOnly, bans}, 'memory').guarded.commands), {
		message: 'the store returned undefined as its bans',
	});
});

test('bans() yields a page that could be awaited without end', async t => {
	const bans = () => [Object.assign([], endless)];
	t.deepEqual(await pagesOf(guard({...commandsOnly, bans}, 'memory').guarded.commands), [[]]);
});

test('an endless reply to noteRefused() is not awaited, and one that throws is no error', async t => {
	for (const noteRefused of [
		reply,
		() => {
			throw new Error('down');
		},
	]) {
		t.notThrows(() => guard({...commandsOnly, noteRefused}, 'memory').guarded.noteRefused('a'));
	}
});

async function pagesOf({bans}: Commands): Promise<unknown[]> {
	const pages: unknown[] = [];
	for await (const page of bans()) {
		pages.push(page);
	}

	return pages;
}

import test from 'ava';
import {MemoryStore} from '../../source/index.ts';
import {bytesHeld} from '../support/bytes-held.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';

const long = 'x'.repeat(100_000);
const kept = 'x'.repeat(200);

/** A reason that a handler cuts from the body of a request. */
const cut = (index: number) => `${index}`.padEnd(100_000, '-').slice(0, 150);

test('a reason has at most 200 characters, wherever it comes from', async t => {
	const {http, gate, from} = gatedApp(
		{banRule: [1, 60, 600], ipHeader: 'X-Forwarded-For'},
		router => {
			router.get('/report', ctx => {
				ctx.report({reason: long});
			});
		},
	);
	await from('192.0.2.1').get('/report');
	await gate.report('192.0.2.2', {reason: long});
	await gate.ban('192.0.2.3', {reason: long});
	await gate.ban('192.0.2.4', {reason: kept});
	t.is((await http.get('/ping')).status, 200);

	const reasons = (await bansOf({gate})).map(({reason}) => reason);
	t.deepEqual(reasons, [kept, kept, kept, kept]);
});

test('the reason in a verdict of another store is cut too', async t => {
	const refusals: Array<string | undefined> = [];
	const store = forwardTo(new MemoryStore(), {
		admit: async () => ({kind: 'banned', by: 'hand', endsInMs: 5000, reason: long}),
	});
	const {http} = gatedApp({
		store,
		onRefused: (_ctx, {reason}) => {
			refusals.push(reason);
		},
	});

	await http.get('/ping');
	t.deepEqual(refusals, [kept]);
});

test('a surrogate pair is not cut in half', async t => {
	const {gate} = gatedApp();
	await gate.ban('192.0.2.1', {reason: `${'x'.repeat(199)}\u{1f600}`});

	t.is((await bansOf({gate}))[0]?.reason, 'x'.repeat(199));
});

test.serial('a reason does not keep the text that it was cut from in memory', async t => {
	const {gate} = gatedApp({banRule: [1, 60, 600]});
	const before = bytesHeld();
	for (let index = 0; index < 100; index += 1) {
		await gate.ban(`192.0.2.${index}`, {reason: cut(index)});
		await gate.report(`198.51.100.${index}`, {reason: cut(index)});
	}

	t.true(bytesHeld() - before < 1_000_000, `${bytesHeld() - before} bytes are held`);
	t.is((await bansOf({gate})).length, 200);
});

test.serial(
	'a hashed key that an operator passes does not keep a longer text in memory',
	async t => {
		const {gate} = gatedApp();
		const before = bytesHeld();
		for (let index = 0; index < 100; index += 1) {
			const line = `hash:${`${index}`.padStart(64, '0')}`.padEnd(100_000, '-');
			await gate.ban(line.slice(0, 69));
		}

		t.true(bytesHeld() - before < 1_000_000, `${bytesHeld() - before} bytes are held`);
		t.is((await bansOf({gate})).length, 100);
	},
);

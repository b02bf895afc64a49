import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {systemClock} from '../../../source/dashboard/observations/clock.ts';
import {observe} from '../../../source/dashboard/observations/observations.ts';
import {dashboard} from '../../../source/dashboard.ts';
import {gatekeeper} from '../../../source/index.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {root} from '../../support/documents.ts';

test('all pages of a gate share what is remembered of it', t => {
	const gate = gatekeeper();
	const observations = observe(gate);
	dashboard(gate, {authorize: () => true});

	t.is(observe(gate), observations);
	t.not(observe(gatekeeper()), observations);
});

test('a page does not keep its process alive, whether or not the gate is closed', async t => {
	for (const end of ['', 'await gate.close();']) {
		const code = `
			import {gatekeeper} from 'koa-gatekeeper';
			import {dashboard} from 'koa-gatekeeper/dashboard';
			const gate = gatekeeper();
			dashboard(gate, {authorize: () => true});
			${end}
			process.on('exit', () => console.log('ended'));
		`;
		const {stdout} = await promisify(execFile)(
			process.execPath,
			['--input-type=module', '--eval', code],
			{cwd: join(root, 'build'), timeout: 60_000},
		);
		t.is(stdout, 'ended\n');
	}
});

test('a gate that is used no more is freed, whatever watched it', async t => {
	const make = () => {
		for (let index = 0; index < 200; index += 1) {
			dashboard(gatekeeper(), {authorize: () => true});
		}
	};
	make();
	await turn();
	const before = bytesHeld();
	for (let round = 0; round < 10; round += 1) {
		make();
		await turn();
	}

	const each = (bytesHeld() - before) / 2000;
	t.true(each < 5000, `${each} bytes for each gate`);
});

test('the clock runs forwards and shows the time', t => {
	const steady = systemClock.steady();
	t.true(systemClock.steady() >= steady);
	t.true(Math.abs(systemClock.wall() - Date.now()) < 60_000);
});

/** What a WeakRef has shown is kept until the turn of the event loop is over. */
function turn(): Promise<void> {
	return new Promise(resolve => {
		setImmediate(resolve);
	});
}

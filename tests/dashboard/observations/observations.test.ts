import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import Koa from 'koa';
import {systemClock} from '../../../source/dashboard/observations/clock.ts';
import {Observations} from '../../../source/dashboard/observations/observations.ts';
import {dashboard} from '../../../source/dashboard.ts';
import {gatekeeper} from '../../../source/index.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {root} from '../../support/documents.ts';
import {agents} from '../../support/servers.ts';

test('all pages of a gate share what is remembered of it', async t => {
	const gate = gatekeeper({deny: ['loopback']});
	const options = {authorize: () => true};
	dashboard(gate, options);
	t.is((await agents(new Koa().use(gate)).http.get('/')).status, 403);

	const {body} = await agents(new Koa().use(dashboard(gate, options))).http.get('/?format=json');
	t.is(body.clients[0].refused, 1);
	const {body: other} = await agents(new Koa().use(dashboard(gatekeeper(), options))).http.get(
		'/?format=json',
	);
	t.deepEqual(other.clients, []);
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

test.serial('a gate that is used no more is freed, whatever watched it', async t => {
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

test('requests are read when a step is over, even if nobody looks', async t => {
	const gate = gatekeeper();
	const {stats} = gate;
	let now = 0;
	let reads = 0;
	const isRead = new Promise<void>(resolve => {
		gate.stats = () => {
			reads += 1;
			if (reads === 1) {
				now = 9999;
			} else {
				now = 10_001;
				resolve();
			}

			return stats();
		};
	});
	const observations = new Observations(gate, {steady: () => now, wall: () => Date.now()});
	// The timer of the observations does not keep the process alive.
	const alive = setInterval(() => {}, 1000);
	await isRead;
	clearInterval(alive);

	t.is(reads, 2);
	t.true(observations.history.stepEndsIn > 9000);
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

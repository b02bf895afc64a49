import test from 'ava';
import {Waits} from '../../../source/stores/guard/waits.ts';

test.serial('a wait ends once this process has had nothing to do for as long', async t => {
	let idle = 0;
	const waits = new Waits(100, () => idle);
	const first = waits.begin();
	idle = 50;
	const second = waits.begin();
	idle = 100;

	t.false(await first.turn);
	t.true(first.isOver);
	t.false(second.isOver);
	second.start();
	t.true(await second.turn);
});

test.serial('a wait that ends has no turn later, and one that has its turn goes on', async t => {
	let idle = 0;
	const waits = new Waits(1, () => idle);
	const [early, late] = [waits.begin(), waits.begin()];
	early.start();
	idle = 1;

	t.false(await late.turn);
	late.start();
	t.false(await late.turn);
	t.true(await early.turn);
});

test.serial('a wait ends although this process is always busy', async t => {
	t.false(await new Waits(1, () => 0).begin().turn);
});

test.serial('waits that are over leave no timer behind', async t => {
	const timers = () =>
		process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
	const before = timers();
	const waits = new Waits(1, () => 0);
	await Promise.all([waits.begin().turn, waits.begin().turn]);

	// Others may end meanwhile: those of AVA.
	t.true(timers() <= before);
});

import test from 'ava';
import {RefusingRules} from '../../../source/dashboard/observations/refusing-rules.ts';
import {dashboardClock} from '../../support/dashboard/clock.ts';
import {refusedEvent} from '../../support/dashboard/refused-event.ts';

function watched() {
	const clock = dashboardClock();

	return {clock, rules: new RefusingRules(clock)};
}

test('refusals are counted by kind and by rule, and every full rule counts', t => {
	const {clock, rules} = watched();
	rules.note(refusedEvent('a', {rules: ['global', 'search']}));
	clock.pass(1000);
	rules.note(refusedEvent('b'));
	rules.note(refusedEvent('c', {kind: 'banned', by: 'reports', rules: ['global']}));
	rules.note(refusedEvent('d', {kind: 'denied', rules: []}));
	rules.note(refusedEvent('e', {kind: 'banned', by: 'hand', rules: []}));
	rules.note(refusedEvent('f', {kind: 'banned', by: 'reports', rules: []}));
	const now = clock.wall();

	t.deepEqual(rules.read(), [
		{kind: 'limited', rule: 'global', refused: 2, lastAt: now},
		{kind: 'limited', rule: 'search', refused: 1, lastAt: now - 1000},
		{kind: 'banned', by: 'reports', rule: 'global', refused: 1, lastAt: now},
		{kind: 'banned', by: 'reports', rule: '', refused: 1, lastAt: now},
		{kind: 'banned', by: 'hand', rule: '', refused: 1, lastAt: now},
		{kind: 'denied', rule: '', refused: 1, lastAt: now},
	]);
});

test('refusals are forgotten after an hour', t => {
	const {clock, rules} = watched();
	rules.note(refusedEvent('a', {rules: ['old']}));
	clock.pass(30 * 60_000);
	rules.note(refusedEvent('a', {rules: ['old']}));
	t.is(rules.read()[0]?.refused, 2);
	clock.pass(35 * 60_000);
	t.is(rules.read()[0]?.refused, 1);
	clock.pass(30 * 60_000);
	t.deepEqual(rules.read(), []);
});

test('rules beyond the first names count as other, until the first are idle', t => {
	const {clock, rules} = watched();
	for (let index = 0; index < 10_000; index += 1) {
		rules.note(refusedEvent('a', {rules: [`rule ${index}`]}));
	}

	const shown = rules.read();
	t.is(shown.length, 47);
	t.like(shown[0], {rule: 'other', refused: 10_000 - 46});
	clock.pass(3_600_000);
	rules.note(refusedEvent('a', {rules: ['late']}));
	t.deepEqual(
		rules.read().map(({rule}) => rule),
		['late'],
	);
});

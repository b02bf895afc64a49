import test from 'ava';
import {FileClock} from '../../../../source/stores/local/file/file-clock.ts';
import {fileKeys} from '../../../../source/stores/local/file/file-keys.ts';
import {ReopeningFile} from '../../../../source/stores/local/file/reopening-file.ts';
import {newPath} from '../../../support/local/opened.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 30, 12);

/** A machine whose clocks a test sets. */
class Machine {
	wall = noon;
	uptime = hour;
	boot = 'first';

	pass(ms: number): void {
		this.wall += ms;
		this.uptime += ms;
	}

	restart(downtime: number, boot = 'next'): void {
		this.wall += downtime;
		this.uptime = 0;
		this.boot = boot;
	}
}

/** Opens a file as a process of the machine does. Returns how it reads the time. */
function open(path: string, machine: Machine): {now: () => number; note: () => void} {
	const {boot} = machine;
	const clock = new FileClock({
		wall: () => machine.wall,
		uptime: () => machine.uptime,
		boot,
	});
	const file = new ReopeningFile(path, records => clock.begin(records));

	return {
		now: () => file.transact(() => clock.now(file.records)),
		note: () => {
			file.transact(() => clock.note(file.records));
		},
	};
}

test('the time of a file begins with the wall clock, and runs with the uptime of the machine', t => {
	const machine = new Machine();
	const {now} = open(newPath(), machine);

	t.is(now(), noon);
	machine.pass(minute);
	t.is(now(), noon + minute);
	machine.pass(0.7);
	t.is(now(), noon + minute, 'in whole milliseconds');
});

for (const step of [hour, -hour, 20_000 * day, -20_000 * day]) {
	test(`while the machine runs, a step of the wall clock by ${step / hour} hours changes nothing, through restarts of processes too`, t => {
		const machine = new Machine();
		const path = newPath();
		const one = open(path, machine);
		machine.pass(minute);
		machine.wall += step;
		machine.pass(minute);
		const other = open(path, machine);

		t.is(one.now(), noon + 2 * minute);
		t.is(other.now(), noon + 2 * minute);
	});
}

test('the time that a file was not in use counts', t => {
	const machine = new Machine();
	const path = newPath();
	open(path, machine);
	machine.pass(3 * day);

	t.is(open(path, machine).now(), noon + 3 * day);
});

test('after a restart of the machine, the time goes on from the wall clock', t => {
	const machine = new Machine();
	const path = newPath();
	open(path, machine);
	machine.pass(minute);
	machine.restart(hour);

	t.is(open(path, machine).now(), noon + minute + hour);
});

test('after a restart of the machine, the time never goes back behind what was noted', t => {
	const machine = new Machine();
	const path = newPath();
	const first = open(path, machine);
	machine.pass(day);
	first.note();
	machine.restart(minute);
	machine.wall = 0;
	const next = open(path, machine);

	t.is(next.now(), noon + day);
	machine.pass(minute);
	machine.wall = noon + 2 * day;
	t.is(next.now(), noon + day + minute, 'nor does it jump when the wall clock is set');
});

test('where the system does not name its start, an uptime that is shorter than before shows a restart', t => {
	const machine = new Machine();
	machine.boot = '';
	const path = newPath();
	const first = open(path, machine);
	machine.pass(minute);
	first.note();
	machine.restart(hour, '');

	t.is(open(path, machine).now(), noon + minute + hour);
});

test('where the system does not name its start, a step back of the wall clock changes nothing either', t => {
	const machine = new Machine();
	machine.boot = '';
	const path = newPath();
	const one = open(path, machine);
	machine.pass(minute);
	machine.wall -= day;
	const other = open(path, machine);

	t.is(other.now(), noon + minute);
	t.is(one.now(), noon + minute);
});

test('where the system does not name its start, all processes follow a step forward that a new one meets', t => {
	const machine = new Machine();
	machine.boot = '';
	const path = newPath();
	const one = open(path, machine);
	machine.pass(minute);
	machine.wall += day;
	t.is(one.now(), noon + minute);
	const other = open(path, machine);

	t.is(other.now(), noon + minute + day);
	t.is(one.now(), noon + minute + day);
});

test('a new file takes the time of the wall clock', t => {
	const path = newPath();
	const clocks = [new FileClock(), new FileClock()];
	const times = clocks.map(clock => {
		const file = new ReopeningFile(path, records => clock.begin(records));
		return file.transact(() => clock.now(file.records)) - Date.now();
	});

	for (const off of times) {
		t.true(Math.abs(off) < 1000, `${off} ms from the wall clock, which nobody has set`);
	}
});

function withNumber(number: number, offset: number): (record: Buffer) => Buffer {
	return record => {
		record.writeDoubleLE(number, offset);
		return record;
	};
}

for (const [title, change] of Object.entries({
	'has no offset': withNumber(Number.NaN, 0),
	'has an endless offset': withNumber(Infinity, 0),
	'has an offset beyond all dates': withNumber(1e300, 0),
	'has no uptime': withNumber(Number.NaN, 8),
	'has no last time': withNumber(Number.NaN, 16),
	'is too short': (record: Buffer) => record.subarray(1),
})) {
	test(`a file is damaged if what it keeps of the time ${title}: no time is made up`, t => {
		const machine = new Machine();
		const path = newPath();
		const {now} = open(path, machine);
		new ReopeningFile(path, records => {
			const {clock} = fileKeys;
			records.put(clock, change(records.get(clock)?.subarray(0, 24) ?? Buffer.alloc(0)));
		});
		const isDamaged = {message: /is damaged \(it does not say what time it is\)/};

		t.throws(now, isDamaged);
		t.throws(() => open(path, machine), isDamaged);
	});
}

import test from 'ava';
import {LocalStore} from '../../../source/local.ts';
import {newPath} from '../../support/local/opened.ts';

for (const [given, message] of [
	[undefined, /^The options of LocalStore\(\) must be an object such as \{path: /],
	[{}, /^`path` must be the path of a file, as text, got undefined/],
	[{path: 7}, /^`path` must be the path of a file, as text, got 7/],
	[{path: ''}, /^`path` must be/],
	[{path: 'a\0b'}, /^`path` must be/],
	[{file: 'gatekeeper.mdb'}, /^Unknown option `file` of LocalStore\(\)/],
	[
		{path: newPath(), maxClients: 5},
		/^`maxClients` must be a whole number from 6 to 8,388,608, got 5/,
	],
	[
		{path: newPath(), maxBans: Number.NaN},
		/^`maxBans` must be a whole number from 2 to .*, got NaN/,
	],
	[
		{path: newPath(), clock: () => Number.NaN},
		/^`clock` must be a function that returns milliseconds/,
	],
] as const) {
	test(`new LocalStore(${JSON.stringify(given)?.slice(0, 60)}) is an error that names the option: ${message.source}`, t => {
		t.throws(() => new LocalStore(given as never), {instanceOf: TypeError, message});
	});
}

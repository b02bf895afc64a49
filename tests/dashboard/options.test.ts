import {inspect} from 'node:util';
import test from 'ava';
import {dashboard} from '../../source/dashboard.ts';
import {gatekeeper} from '../../source/index.ts';

const example = 'dashboard(gate, {authorize: ctx => ctx.state.user?.isAdmin === true})';

const mistakes: ReadonlyArray<[options: unknown, message: string]> = [
	[
		undefined,
		`dashboard() needs \`authorize\`, since whoever sees the page can ban and unban clients: ${example}`,
	],
	[
		{},
		`dashboard() needs \`authorize\`, since whoever sees the page can ban and unban clients: ${example}`,
	],
	[{authorize: true}, '`authorize` must be a function of ctx, got a boolean'],
	[{authorize: null}, '`authorize` must be a function of ctx, got null'],
	[{autorize: () => true}, 'Unknown option `autorize` of dashboard(); did you mean `authorize`?'],
	[{authorize: () => true, title: ''}, "`title` must be text, not empty, got ''"],
	[{authorize: () => true, title: 5}, '`title` must be text, not empty, got 5'],
	[
		() => true,
		'The options of dashboard() must be an object such as {authorize: ctx => ctx.state.user?.isAdmin === true}, got a function',
	],
];

for (const [options, message] of mistakes) {
	test(`dashboard(gate, ${inspect(options)}) fails at start-up: ${message}`, t => {
		t.throws(() => dashboard(gatekeeper(), options as never), {instanceOf: TypeError, message});
	});
}

test('the gate must be one', t => {
	for (const [gate, shown] of [
		[undefined, 'undefined'],
		[{}, 'Object'],
		[() => {}, 'a function'],
	]) {
		t.throws(() => dashboard(gate as never, {authorize: () => true}), {
			instanceOf: TypeError,
			message: `\`gate\` must be what gatekeeper() has returned, got ${shown}`,
		});
	}
});

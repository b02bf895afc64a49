import {EventEmitter} from 'node:events';
import test from 'ava';
import type {Context} from 'koa';
import {settleWhenClosed} from '../../source/exemptions/settle-when-closed.ts';
import type {RequestState} from '../../source/request-state.ts';

/** A request whose gate has not decided, and its connection. */
function undecided() {
	const connection = new EventEmitter();
	const ctx = {req: {socket: connection}} as unknown as Context;
	const state: Partial<RequestState> = {isAdmitted: undefined, whenDecided: undefined};

	return {
		ctx,
		state: state as RequestState,
		close: () => connection.emit('close'),
		decide: () => state.whenDecided?.(),
	};
}

test('if the connection closes before the gate has decided, all that wait settle once it has', t => {
	const {ctx, state, close, decide} = undecided();
	const settled: string[] = [];
	settleWhenClosed(ctx, state, () => settled.push('one'));
	settleWhenClosed(ctx, state, () => settled.push('other'));
	close();
	t.deepEqual(settled, []);
	decide();
	t.deepEqual(settled, ['one', 'other']);
});

test('one that no longer waits leaves the other waiting', t => {
	const {ctx, state, close, decide} = undecided();
	const settled: string[] = [];
	settleWhenClosed(ctx, state, () => settled.push('one'));
	const stop = settleWhenClosed(ctx, state, () => settled.push('other'));
	close();
	stop();
	decide();
	t.deepEqual(settled, ['one']);
});

import test from 'ava';
import type {Context} from 'koa';
import {whenHeadersSent} from '../../source/response/when-headers-sent.ts';

test('a stand-in for a response, whose headers nobody can wait for, is told apart', t => {
	const ctx = {req: {}, res: {statusCode: 200}} as Context;

	t.false(whenHeadersSent(ctx, () => t.fail()));
});

test('headers that are sent twice are told once, and a stand-in that sends none tells nothing', t => {
	let isSent = false;
	const seen: number[] = [];
	const res = {
		statusCode: 404,
		get headersSent() {
			return isSent;
		},
		writeHead(status: number) {
			res.statusCode = status;
			return res;
		},
	};
	const {writeHead} = res;
	t.true(whenHeadersSent({req: {}, res} as unknown as Context, status => seen.push(status)));
	res.writeHead(500);
	t.deepEqual(seen, []);
	isSent = true;
	const sending = res.writeHead;
	sending(201);
	sending(202);

	t.deepEqual(seen, [201]);
	t.is(res.writeHead, writeHead, 'it is restored');
});

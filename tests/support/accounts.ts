import type {Context} from 'koa';

/** The header with which a visitor gives its account and password. */
export function credentials(account: string, password: string): {Authorization: string} {
	const text = Buffer.from(`${account}:${password}`).toString('base64');

	return {Authorization: `Basic ${text}`};
}

export function accountOf(ctx: Context): string | undefined {
	return given(ctx)[0];
}

export function passwordOf(ctx: Context): string | undefined {
	return given(ctx)[1];
}

/** Welcomes whoever knows the password of all accounts, which is `right`; to others, 401. */
export function logIn(ctx: Context): void {
	if (passwordOf(ctx) !== 'right') {
		ctx.throw(401);
	}

	ctx.body = 'welcome';
}

function given(ctx: Context): string[] {
	const [, text = ''] = ctx.get('Authorization').split(' ');

	return Buffer.from(text, 'base64').toString().split(':');
}

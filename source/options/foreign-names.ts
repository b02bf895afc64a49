/** What koa-ratelimit, rate-limiter-flexible, express-rate-limit and others call it, and what we do. */
export const foreignOptions: Readonly<Record<string, string>> = {
	max: '`rateLimitRule: [count, window]`, with the window in seconds',
	limit: '`rateLimitRule: [count, window]`, with the window in seconds',
	points: '`rateLimitRule: [count, window]`, with the window in seconds',
	duration: '`rateLimitRule: [count, window]`, with the window in seconds',
	windowMs: '`rateLimitRule: [count, window]`, with the window in seconds',
	interval: '`rateLimitRule: [count, window]`, with the window in seconds',
	blockDuration: '`banRule: [count, window, duration]` and ctx.report()',
	whitelist: '`allow`',
	allowList: '`allow`',
	skip: '`allow: ctx => …`, or bypass() on the route',
	blacklist: '`deny`',
	keyGenerator: '`key: ctx => …`',
	id: '`key: ctx => …`',
	handler: '`onRefused: (ctx, refusal) => …`',
	errorMessage: '`onRefused: (ctx, refusal) => …`',
	message: '`onRefused: (ctx, refusal) => …`',
	trustProxy: '`ipHeader` and `trustedProxies`',
	proxy: '`ipHeader` and `trustedProxies`',
	storeClient: "`store: new RedisStore({client})` of 'koa-gatekeeper/redis'",
	redis: "`store: new RedisStore({client})` of 'koa-gatekeeper/redis'",
	db: "`store: new RedisStore({client})` of 'koa-gatekeeper/redis'",
	standardHeaders: '`headers`',
	legacyHeaders: '`headers`',
	disableHeader: '`headers: false`',
	throw: '`onRefused: ctx => ctx.throw(429)`',
};

/** The same, for the fields of a rule. */
export const foreignRuleFields: Readonly<Record<string, string>> = {
	max: '`count`',
	limit: '`count`',
	points: '`count`',
	duration: '`window`, in seconds',
	windowMs: '`window`, in seconds',
	interval: '`window`, in seconds',
};

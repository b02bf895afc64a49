export type {Duration} from './checks/duration.ts';
export {AddressList} from './client/address-list.ts';
export type {ClientName} from './client/client-name.ts';
export type {WalkEnd} from './client/header/walk-header.ts';
export type {
	Denied,
	Exemption,
	Explanation,
	GateState,
	GateVerdict,
	Immunity,
	ReportOptions,
	Standing,
} from './context.ts';
export {type Gatekeeper, gatekeeper} from './gatekeeper.ts';
export type {RouteLayer, RouterLike} from './marks/router.ts';
export type {SpecificKeyName} from './operator/client-keys.ts';
export type {Ban, BanOptions, Operator} from './operator/operator.ts';
export type {
	ClientTest,
	GatekeeperOptions,
	HeaderStyle,
	KeyOf,
	OnRefused,
	Refusal,
} from './options/options.ts';
export type {BanRule, LimitRule, LimitRules, Rule, SettledBanRule} from './options/rules.ts';
export {bypass} from './routes/bypass.ts';
export {type SpecificOptions, specific} from './routes/specific.ts';
export type {GuardedVerdict, StoreErrorPolicy, Unavailable} from './stores/guard/questions.ts';
export {MemoryStore, type MemoryStoreOptions} from './stores/memory/memory-store.ts';
export type {
	AdmitOptions,
	Admitted,
	Banned,
	Limited,
	NewBan,
	Quota,
	Report,
	ReportOutcome,
	Store,
	StoredBan,
	Verdict,
} from './stores/store.ts';

export {bypass} from './chain/bypass.ts';
export {type SpecificOptions, specific} from './chain/specific.ts';
export {AddressList} from './client/address-list.ts';
export type {ClientName} from './client/client-name.ts';
export type {WalkEnd} from './client/walk-header.ts';
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
export type {Duration} from './duration.ts';
export {type Gatekeeper, gatekeeper} from './gatekeeper.ts';
export type {Ban, BanOptions, Operator} from './operator.ts';
export type {
	ClientTest,
	GatekeeperOptions,
	HeaderStyle,
	KeyOf,
	OnRefused,
	Refusal,
} from './options.ts';
export type {RouteLayer, RouterLike} from './router.ts';
export type {BanRule, LimitRule, LimitRules, Rule, SettledBanRule} from './rules.ts';
export {MemoryStore, type MemoryStoreOptions} from './stores/memory/memory-store.ts';
export type {GuardedVerdict, StoreErrorPolicy, Unavailable} from './stores/questions.ts';
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
export type {SpecificKeyName} from './verb-keys.ts';

export type {Duration} from './checks/duration.ts';
export {AddressList} from './client/address/address-list.ts';
export type {ClientName} from './client/client-name.ts';
export type {
	Exemption,
	Explanation,
	GateState,
	GateVerdict,
	Refusal,
	ReportOptions,
	Standing,
} from './context.ts';
export {type Gatekeeper, gatekeeper} from './gatekeeper.ts';
export type {RouterLike} from './marks/router.ts';
export type {Ban, BanOptions, Operator} from './operator/operator.ts';
export type {
	ClientTest,
	GatekeeperOptions,
	HeaderStyle,
	KeyOf,
	OnRefused,
	ReportWhen,
} from './options/options.ts';
export type {BanRule, LimitRule, LimitRules} from './options/rules.ts';
export {bypass} from './routes/bypass.ts';
export {type SpecificOptions, specific} from './routes/specific.ts';
export type {AskOptions} from './stores/ask-options.ts';
export type {StoreErrorPolicy} from './stores/guard/failure-policy.ts';
export {MemoryStore} from './stores/memory/memory-store.ts';
export type {MemoryStoreOptions} from './stores/memory/options.ts';
export type {Rule, SettledBanRule} from './stores/rule.ts';
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

/** Emits a process warning; its text is made only if it does. */
export type Warn = (code: WarningCode, text: () => string) => void;

type WarningCode =
	| 'GATEKEEPER_STORE_FAILED'
	| 'GATEKEEPER_STORE_RECOVERED'
	| 'GATEKEEPER_NO_ADDRESS'
	| 'GATEKEEPER_HEADER_IGNORED'
	| 'GATEKEEPER_NO_IP_HEADER'
	| 'GATEKEEPER_UNIX_CLIENT'
	| 'GATEKEEPER_BAD_KEY'
	| 'GATEKEEPER_NO_BAN_RULE'
	| 'GATEKEEPER_BAD_REPORT'
	| 'GATEKEEPER_BANS_FULL'
	| 'GATEKEEPER_MARK_UNFORESEEN'
	| 'GATEKEEPER_MARK_UNPROVEN'
	| 'GATEKEEPER_METHOD_REWRITTEN'
	| 'GATEKEEPER_EXCLUSIVE_ROUTER'
	| 'GATEKEEPER_UNNAMED_RULE';

/** Emits a process warning each time: of what changes. */
export const warnEachTime: Warn = (code, text) => {
	process.emitWarning(text(), {type: 'GatekeeperWarning', code});
};

/** Warns for each code only once. Each gatekeeper has its own, so that the second in a process is heard too. */
export function warner(): Warn {
	const told = new Set<WarningCode>();

	return (code, text) => {
		if (!told.has(code)) {
			told.add(code);
			warnEachTime(code, text);
		}
	};
}

/** Emits a process warning, for each code only the first time. */
export type Warn = (code: WarningCode, message: string) => void;

type WarningCode =
	| 'GATEKEEPER_STORE_FAILED'
	| 'GATEKEEPER_NO_BAN_RULE'
	| 'GATEKEEPER_MARK_UNFORESEEN'
	| 'GATEKEEPER_MARK_UNPROVEN'
	| 'GATEKEEPER_EXCLUSIVE_ROUTER'
	| 'GATEKEEPER_UNNAMED_RULE';

/** Each gatekeeper has its own, so that the second one in a process is heard too. */
export function warner(): Warn {
	const told = new Set<WarningCode>();

	return (code, message) => {
		if (!told.has(code)) {
			told.add(code);
			process.emitWarning(message, {type: 'GatekeeperWarning', code});
		}
	};
}

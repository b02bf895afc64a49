/** Whether an answer has what a verdict needs to be acted upon. */
export function isVerdict(answer: unknown): boolean {
	const {kind, quotas, endsInMs} = fields(answer);
	switch (kind) {
		case 'admitted':
			return Array.isArray(quotas);
		case 'limited':
			return Array.isArray(quotas) && quotas.length > 0;
		case 'banned':
			return isAhead(endsInMs);
		default:
			return false;
	}
}

export function isReportOutcome(answer: unknown): boolean {
	const {reports, banEndsInMs} = fields(answer);

	return typeof reports === 'number' && (banEndsInMs === undefined || isAhead(banEndsInMs));
}

function fields(answer: unknown): Record<string, unknown> {
	return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
}

function isAhead(time: unknown): boolean {
	return typeof time === 'number' && time > 0;
}

import type {ClientName} from '../../client/client-name.ts';
import type {BanOptions} from '../../context.ts';
import type {ChangeResult} from '../json/dashboard-json.ts';
import {trimName} from '../text/trim-name.ts';

export type Action = NonNullable<ChangeResult['action']>;

/** What an operator wants to change. */
export interface WantedChange {
	readonly action: Action;
	readonly client: ClientName;
	/** The client as it was given. */
	readonly shown: string;
	/** Of a ban. */
	readonly options: BanOptions;
}

/** Which field is wrong, and what to write there. */
export type FieldError = NonNullable<ChangeResult['error']>;

const names = ['action', 'client', 'kind', 'duration', 'reason'] as const;
type Name = (typeof names)[number];

const actions: readonly string[] = ['ban', 'unban', 'reset'] satisfies Action[];

/** Reads the fields of a form, whose values may be anything. */
export function readChange(
	fields: Readonly<Record<string, unknown>>,
): WantedChange | {readonly error: FieldError} {
	const given = textsOf(fields);
	if ('error' in given) {
		return given;
	}

	const {action, kind = 'address', client = '', duration = '', reason = ''} = given.texts;
	if (!isAction(action)) {
		return problem('action', `The field action must be ${listed(actions)}.`);
	}

	if (kind !== 'address' && kind !== 'key') {
		return problem('client', 'The field kind must be address or key.');
	}

	const name = kind === 'key' ? client : trimName(client);
	if (name === '') {
		return problem('client', 'Write an address, a range, or a name from the list.');
	}

	return {
		action,
		client: kind === 'key' ? {key: name} : name,
		shown: client,
		options: {...durationOf(duration.trim()), ...(reason !== '' && {reason})},
	};
}

/** Each known field as a text. A field that is unknown may be a misspelt one, without which the ban would be another. */
function textsOf(
	fields: Readonly<Record<string, unknown>>,
): {readonly texts: {readonly [name in Name]?: string}} | {readonly error: FieldError} {
	const texts: {[name in Name]?: string} = {};
	for (const [name, value] of Object.entries(fields)) {
		if (!isName(name)) {
			return problem('action', `The fields are ${listed(names)}. There is no other.`);
		}

		if (typeof value !== 'string') {
			const field = name === 'kind' ? 'client' : name;
			return problem(field, `The field ${name} must be a single string.`);
		}

		texts[name] = value;
	}

	return {texts};
}

function durationOf(text: string): Pick<BanOptions, 'duration'> {
	return text === '' ? {} : {duration: text.toLowerCase() === 'endless' ? Infinity : text};
}

function problem(field: FieldError['field'], message: string): {readonly error: FieldError} {
	return {error: {field, message}};
}

function isName(name: string): name is Name {
	return (names as readonly string[]).includes(name);
}

export function isAction(given: unknown): given is Action {
	return (actions as readonly unknown[]).includes(given);
}

function listed(words: readonly string[]): string {
	return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

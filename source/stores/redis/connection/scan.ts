import {listOf} from '../protocol.ts';
import type {ScannedKeys} from './connection.ts';

/** How many keys a server looks at before it serves others again. */
const COUNT = 1000;

/** @param keyPrefix what the client itself puts in front of all keys */
export function scanCommand(cursor: string, pattern: string, keyPrefix = ''): string[] {
	return ['SCAN', cursor, 'MATCH', `${literally(keyPrefix)}${pattern}`, 'COUNT', String(COUNT)];
}

/** Reads the reply to SCAN. */
export function scanned(reply: unknown): ScannedKeys {
	const [cursor, keys] = listOf(reply);

	return {cursor: String(cursor), keys: listOf(keys).map(String)};
}

/** A text as a pattern that matches nothing else. */
export function literally(text: string): string {
	return text.replace(/[\\*?[\]^-]/g, '\\$&');
}

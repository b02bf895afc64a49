import type {ScannedKeys} from './connection.ts';
import {listOf} from './reply-list.ts';

/** How many keys a server looks at in one step, before it serves other clients. */
const COUNT = 1000;

/** @param keyPrefix what the client itself puts before all keys */
export function scanCommand(cursor: string, pattern: string, keyPrefix = ''): string[] {
	return ['SCAN', cursor, 'MATCH', `${escapeGlob(keyPrefix)}${pattern}`, 'COUNT', String(COUNT)];
}

/** Reads the reply to SCAN. */
export function scanned(reply: unknown): ScannedKeys {
	const [cursor, keys] = listOf(reply);

	return {cursor: String(cursor), keys: listOf(keys).map(String)};
}

/** Escapes a text, so that as a pattern it matches only itself. */
export function escapeGlob(text: string): string {
	return text.replace(/[\\*?[\]^-]/g, '\\$&');
}

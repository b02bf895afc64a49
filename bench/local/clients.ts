import type {Rule} from '../../dist/index.js';

const MINUTE = 60_000;
export const COUNT = 100;

/** The limit [100, 60] as a gate hands it to its store. */
export const rules: readonly Rule[] = [
	{name: 'global', count: COUNT, window: MINUTE, isFixed: true, id: 'global'},
];

export function address(index: number): string {
	return `20.${index >> 16}.${(index >> 8) & 0xff}.${index & 0xff}`;
}

export function addresses(count: number): readonly string[] {
	return Array.from({length: count}, (_, index) => address(index));
}

/** Returns a function that returns any of these clients. */
export function anyOf(clients: readonly string[]): () => string {
	return () => clients[Math.floor(Math.random() * clients.length)] ?? '';
}

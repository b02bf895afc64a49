import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const program = fileURLToPath(new URL('./open-once.js', import.meta.url));

/** The command of a shell that opens the file of a store and prints what came of it. */
export const openOnce = `${process.execPath} ${program}`;

/** What commands of a shell print, line by line. They end with the first that fails. */
export function printed(commands: string, within: readonly string[] = []): readonly unknown[] {
	const [command = '', ...words] = [...within, 'bash', '-ec', commands];
	const text = execFileSync(command, words, {encoding: 'utf8'});

	return text
		.trim()
		.split('\n')
		.filter(line => line.startsWith('{'))
		.map(line => JSON.parse(line));
}

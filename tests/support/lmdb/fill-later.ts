import {readFileSync, writeFileSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';

/* A process that fills a file, from another one, some time after it has said that it will. */

const [, , path = '', from = ''] = process.argv;
const bytes = readFileSync(from);
process.send?.('ready');
await setTimeout(200);
writeFileSync(path, bytes);

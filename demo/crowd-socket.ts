import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Where the demo on a port also listens: for the crowd, which comes through it as through a proxy. */
export function crowdSocket(port: number): string {
	const name = `koa-gatekeeper-demo-${port}`;
	return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

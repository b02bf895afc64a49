/*
 * `npm run bundle` writes the page's script and style into a module, so that the server reads no file at run time,
 * and installs get no dependency for them.
 */
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '../../..');

interface Bundle {
	readonly extension: 'js' | 'css' | 'svg';
	readonly type: string;
	readonly text: string;
}

async function bundle(file: string, {extension, type}: Omit<Bundle, 'text'>): Promise<Bundle> {
	const {outputFiles, metafile} = await build({
		entryPoints: [join(folder, file)],
		absWorkingDir: root,
		bundle: true,
		minify: true,
		target: 'es2022',
		format: 'esm',
		legalComments: 'none',
		metafile: true,
		write: false,
	});
	const [output] = outputFiles;

	return {
		extension,
		type,
		text: licencesOf(Object.keys(metafile.inputs)) + (output?.text ?? ''),
	};
}

/** The licences of the packages that are in a bundle. They ask to be kept in every copy. */
function licencesOf(inputs: readonly string[]): string {
	const packages = new Set(
		inputs.flatMap(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
	);

	return [...packages]
		.map(
			name =>
				`/*!\n${name}\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim()}\n*/\n`,
		)
		.join('');
}

function moduleOf(bundles: Readonly<Record<string, Bundle>>): string {
	const entries = Object.entries(bundles).map(([name, {extension, type, text}]) => {
		const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
		const asset = {name: `dashboard-${hash}.${extension}`, type, text};
		return `\t${name}: ${JSON.stringify(asset)},\n`;
	});

	return `/** A file that the page loads. */
export interface Asset {
	/** With a hash of the text. */
	readonly name: string;
	/** For \`Content-Type\`. */
	readonly type: string;
	readonly text: string;
}

/** Made by \`npm run bundle\`. */
export const assets: {readonly script: Asset; readonly style: Asset; readonly icon: Asset} = {
${entries.join('')}};
`;
}

const bundles = {
	script: await bundle('main.ts', {extension: 'js', type: 'text/javascript; charset=utf-8'}),
	style: await bundle('style/index.css', {extension: 'css', type: 'text/css; charset=utf-8'}),
	icon: {
		extension: 'svg' as const,
		type: 'image/svg+xml',
		text: readFileSync(join(folder, 'icon.svg'), 'utf8'),
	},
};
writeFileSync(join(root, 'source/dashboard/response/assets.ts'), moduleOf(bundles));
for (const {extension, text} of Object.values(bundles)) {
	console.log(`dashboard.${extension}: ${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`);
}

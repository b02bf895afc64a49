/** An empty project that the packed package is installed into. */
export interface Project {
	readonly packages: readonly string[];
	readonly files: Readonly<Record<string, string>>;
	/** Run in the project, one after the other. */
	readonly commands: readonly string[];
}
